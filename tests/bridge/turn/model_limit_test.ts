/** What waits for a model's quota goes on by itself, also when opencode's server has ended meanwhile. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { limitOf } from "../../../lib/bridge/turn/model_limit.ts";
import { type ModelLimit, runOf, type TurnRecord } from "../../../lib/model/turn.ts";
import type { Store } from "../../../lib/store/store.ts";
import { until } from "../../until.ts";
import { startTurns, turnStates } from "./start_turns.ts";

Deno.test("a wait of a minute or more is a limit, to its end", () => {
  const retry = { attempt: 1, message: "quota", next: 1_000_000 };
  const limit = { until: 1_000_000, why: "quota" };
  assertEquals(limitOf(retry, undefined, 0), limit);
  assertEquals(limitOf(retry, undefined, 999_000), undefined);
  assertEquals(limitOf(retry, limit, 999_000), limit);
  const later = { ...retry, next: 2_000_000 };
  assertEquals(limitOf(later, limit, 0), { ...limit, until: 2_000_000 });
  assertEquals(limitOf(undefined, limit, 0), undefined);
});

/** Waits until the stored turns are in these states. */
async function stored(store: Store, states: string): Promise<void> {
  await until(`turns are ${states}`, async () => await turnStates(store) === states, 20_000);
}

/** The first turn with a limit, as a run of the program left it that ended while the agent waited. */
async function limited(
  store: Store,
  limit: ModelLimit,
  more: Partial<TurnRecord> = {},
): Promise<void> {
  const [turn] = await store.turns();
  assert(turn?.state.kind === "posted");
  const { state, ...record } = turn;
  const run = { ...state.run, limit };
  const left: TurnRecord = { ...record, ...more, state: { ...state, run } };
  await store.commit({ turns: [left] });
}

Deno.test("a turn whose server ended while it waited for the model goes on when that can be asked", async () => {
  await using world = await startTurns();
  const { store, posted } = world;
  await world.say("first");
  await until("it is posted", () => world.hasPosted(1));
  await stored(store, "posted");
  await world.restart(async () => {
    world.busy.clear();
    world.answer("ses_1", "Half of it.");
    await limited(store, { until: Date.now() + 2_500, why: "quota used up" });
  });
  await world.say("second");
  const waits = /^Working…[^]*exited while it waited[^]*quota used up[^]*goes on by itself/;
  const card = await world.sees(waits);
  assertEquals(posted, ["ses_1 first"]);
  await until("it goes on", () => world.hasPosted(2));
  assertEquals(posted, ["ses_1 first", "ses_1 Continue."]);
  // What it had brought stays in its message, and after another restart it is not asked for again.
  await stored(store, "posted,queued");
  await world.restart();
  await world.twin.until(() => /Half of it\./.test(world.twin.plain(card)));
  await world.say("/cancel");
  await world.sees(/^Cancelled[^]*Half of it\./);
  assertEquals(posted.filter((one) => one.includes("Continue")).length, 1);
});

Deno.test("what an adopted server waits for is told, and still known when it has ended, too", async () => {
  await using world = await startTurns();
  const { store } = world;
  await world.say("first");
  await stored(store, "posted");
  world.answer("ses_1", "Half of it.");
  const next = Date.now() + 5 * 3_600_000;
  world.retries.set("ses_1", { type: "retry", attempt: 1, message: "quota used up", next });
  await world.restart();
  const card = await world.sees(/^Working…[^]*quota used up[^]*by itself at .* in about 5 h/);
  const startedAt = async () => {
    const [turn] = await store.turns();
    return turn && runOf(turn)?.startedAt;
  };
  const began = await startedAt();
  for (let times = 0; times < 2; times++) {
    await world.restart(() => Promise.resolve(world.busy.clear()));
    await world.twin.until(() => /exited while it waited/.test(world.twin.plain(card)));
  }
  assertEquals(await startedAt(), began);
  // When it works again, there is nothing to wait for.
  world.busy.add("ses_1");
  world.retries.clear();
  await world.restart();
  await world.twin.until(() => !/by itself/.test(world.twin.plain(card)));
  await world.restart(() => Promise.resolve(world.busy.clear()));
  await world.sees(/^Interrupted/);
});

Deno.test("what others have begun elsewhere is not gone on with", async () => {
  await using world = await startTurns();
  const { store, posted } = world;
  await world.say("first");
  await stored(store, "posted");
  await world.restart(async () => {
    world.busy.clear();
    world.answer("ses_1", "Half of it.");
    await limited(store, { until: Date.now() + 500, why: "quota" }, { begunBy: "others" });
  });
  await world.sees(/^Interrupted/);
  assertEquals(posted, ["ses_1 first"]);
});

Deno.test("a wait for the model that is stopped, or long over, does not go on by itself", async () => {
  await using world = await startTurns();
  const { store, posted } = world;
  for (const [i, minutes] of [60, -60].entries()) {
    await world.say(`say ${i}`);
    await until("it is posted", () => world.hasPosted(i + 1));
    await stored(store, "posted");
    await world.restart(async () => {
      world.busy.clear();
      world.answer("ses_1", "Half of it.");
      await limited(store, { until: Date.now() + minutes * 60_000, why: "quota" });
    });
    if (minutes > 0) {
      await world.sees(/goes on by itself at .* in about 1 h/);
      assertMatch(
        world.conversation.queue.turns[0]?.waitsFor ?? "",
        /^waiting for the model until/,
      );
      await world.say("/cancel");
      await world.sees(/^Cancelled/);
    } else await world.sees(/^Interrupted[^]*It waited for the model until .* \(quota\)/);
    await stored(store, "");
  }
  assertEquals(posted, ["ses_1 say 0", "ses_1 say 1"]);
});

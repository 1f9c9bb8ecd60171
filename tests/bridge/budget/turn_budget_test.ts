/** A budget asks before it goes over, tells when it has, and counts each turn once. */
import "../../noon.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { localDay } from "../../../lib/base/time/local_day.ts";
import type { Budget } from "../../../lib/model/budget.ts";
import { runMessage } from "../../../lib/model/run_message.ts";
import { until } from "../../until.ts";
import { dailySchedule, HOUR } from "../schedules/start_scheduler.ts";
import { startTurns } from "../turn/start_turns.ts";

type World = Awaited<ReturnType<typeof startTurns>>;

const inAll = async ({ store }: World) => await store.spendings.inAll(localDay(Date.now()));

/** Says something, and lets opencode answer it at once for a price. */
async function runs(world: World, text: string, cost: number, session = "ses_1") {
  const before = world.posted.length;
  await world.say(text);
  await until(`${text} is posted`, () => world.posted.length > before);
  await ends(world, cost, session);
}

/** Lets opencode answer. A restart has the bridge look at once. */
async function ends(world: World, cost: number, session = "ses_1") {
  await until(
    "it is posted",
    () => world.conversation.queue.turns[0]?.record.state.kind === "posted",
  );
  world.answer(session, "done", { cost, tokens: 1_000, isDone: true });
  const { length } = world.conversation.queue.turns;
  await world.restart();
  await until("it ends", () => world.conversation.queue.turns.length < length);
}

async function withBudget(budget: Budget) {
  const world = await startTurns();
  await world.conversation.commit({ update: (record) => ({ ...record, budget }) });
  return world;
}

Deno.test("a budget is told once at 80 %, and asks before the turn that would go over", async () => {
  await using world = await withBudget({ cost: 1 });
  await runs(world, "first", 0.5);
  await runs(world, "second", 0.35);
  await world.sees(/^Done\n[^]*Today's budget here: \$0\.85 of \$1\.00 used \(until/);
  await runs(world, "third", 0.1);
  const told = world.twin.botMessages().filter((one) => /udget/.test(world.twin.plain(one)));
  assertEquals(told.length, 1);
  await runs(world, "fourth", 0.25);
  await world.sees(/^Done\n[^]*Today's budget here: \$1\.20 of \$1\.00 used\. Until/);
  assertEquals(await inAll(world), { cost: 1.2, tokens: 4_000, turns: 4 });

  await world.say("fifth");
  const card = await world.sees(/Today's budget is used up[^]*\$1\.20 of \$1\.00[^]*fifth/);
  await world.sees(/^Working…\n[^]*see the question below/);
  assertEquals(world.posted.length, 4);
  await world.press(card, "Run this one", "ou_stranger");
  assertEquals(world.posted.length, 4);
  assertEquals(await world.press(card, "Run this one"), "Run this one");
  await until("it is posted", () => world.posted.length === 5);
  await world.sees(/This one runs/);
  await ends(world, 0.1);
  await world.say("sixth");
  await world.sees(/\$1\.30 of \$1\.00[^]*sixth/);
  // Of another budget people are told anew.
  await world.say("/budget 1.6");
  await until("it is posted", () => world.posted.length === 6);
  await ends(world, 0.1);
  await world.sees(/\$1\.40 of \$1\.60 used \(until/);
});

Deno.test("an ask about a budget survives a restart with its answer; raised, the day goes on", async () => {
  await using world = await withBudget({ turns: 1 });
  await runs(world, "first", 0);
  await world.say("second");
  const card = await world.sees(/1 of 1 turn used\n[^]*second/);
  await world.restart();
  await until("it is asked again", () => world.conversation.asks.isOpen());
  const cards = world.twin.botMessages().filter((one) => /second/.test(world.twin.plain(one)));
  assertEquals(cards.length, 1);
  // Several words are a prompt, and wait.
  await world.say("and one more thing");
  await world.press(card, "Raise today to 2 turns");
  await world.sees(/Raised for today to 2 turns/);
  await until("it is posted", () => world.posted.length === 2);
  await ends(world, 0);
  const next = await world.sees(/2 of 2 turns used\n[^]*and one more thing/);
  await world.press(next, "Stop");
  await world.sees(/^Cancelled/);
  await world.sees(/Not run/);
  assertEquals(world.posted.length, 2);
  assertEquals((await inAll(world)).turns, 2);
  assertEquals(await world.store.turns(), []);
});

Deno.test("a turn that waits for its budget is cancelled like any, and goes on when there is room", async () => {
  await using world = await withBudget({ turns: 1 });
  await runs(world, "first", 0);
  await world.say("second");
  await world.sees(/1 of 1 turn used\n[^]*second/);
  await world.say("/cancel");
  await world.sees(/^Cancelled/);
  await world.sees(/^Closed|second[^]*The turn is over/);
  assert(!world.conversation.asks.isOpen());
  await world.say("third");
  await world.sees(/1 of 1 turn used\n[^]*third/);
  await world.say("/budget 5 turns");
  await world.sees(/room in the budget again/);
  await until("it is posted", () => world.posted.length === 2);
  assertEquals(world.posted, ["ses_1 first", "ses_1 third"]);
});

Deno.test("nobody answers: the turn fails with a way to try again, and nothing has run", async () => {
  await using world = await startTurns({ askTimeoutMs: 1_000, budget: { turns: 1 } });
  await runs(world, "first", 0);
  await world.sees(/Today's budget of all chats: 1 of 1 turn used/);
  await world.say("second");
  const failed = await world.sees(/^Failed[^]*nobody answered/);
  assertEquals(world.posted.length, 1);
  assertMatch(JSON.stringify(world.twin.buttons(failed.id)), /Retry/);
  await world.press(failed, "Retry");
  await until("it is asked again", () => world.conversation.asks.isOpen());
});

Deno.test("a scheduled run that nobody lets go over is no failure of its schedule", async () => {
  await using world = await startTurns({ askTimeoutMs: 500, budget: { turns: 1 } });
  await runs(world, "first", 0);
  const { id: chatId } = world.twin.chat;
  const schedule = dailySchedule({
    ...{ conversation: chatId, place: { chatId, chatType: "p2p" }, target: { chatId } },
    ...{ failures: 2, nextAt: Date.now() + HOUR },
  });
  const known = { conversation: chatId, id: schedule.id };
  await world.conversation.commit({ schedules: [{ ...known, change: () => schedule }] });
  const message = runMessage(schedule, Date.now(), Date.now());
  await world.store.accept(message, 60_000);
  await world.conversation.receive(message);
  await world.sees(/nobody answered[^]*The schedule does not count this as a failure/);
  await until("it ends", () => world.conversation.queue.turns.length === 0);
  assertEquals(await world.store.schedules.get(known), schedule);
});

Deno.test("a running turn that goes over says so, and is not stopped; a stop that takes long counts once", async () => {
  await using world = await withBudget({ cost: 1 });
  await world.say("first");
  await until("it is posted", () => world.hasPosted(1));
  await until(
    "it is stored",
    () => world.conversation.queue.turns[0]?.record.state.kind === "posted",
  );
  world.answer("ses_1", "half", { cost: 1.5, tokens: 10 });
  await world.restart();
  await world.sees(/^Working…\n[^]*Today's budget here: \$1\.50 of \$1\.00 used\. This goes on/);
  await world.say("/cancel");
  await world.sees(/^Cancelled[^]*not confirmed[^]*Today's budget here: \$1\.50/);
  assertEquals(await inAll(world), { cost: 1.5, tokens: 10, turns: 1 });
  world.answer("ses_1", "half", { cost: 1.75, tokens: 12, isDone: true });
  await until("no turn is left", async () => (await world.store.turns()).length === 0);
  assertEquals(await inAll(world), { cost: 1.75, tokens: 12, turns: 1 });
});

import { assertEquals, assertMatch } from "@std/assert";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { startRouter } from "../start_router.ts";
import { dailySchedule, DAY, HOUR } from "./start_scheduler.ts";

/** Its turns wait. */
const BUSY = { routes: { "POST /session": () => Response.json({}, { status: 503 }) } };

Deno.test("what a schedule missed is on one card once, however often it is missed, and runs when somebody says so", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin, BUSY);
  const { router, store } = world;
  const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
  const [conversation, by] = [twin.chat.id, twin.user.openId];
  const days = { of: "count", n: 1, from: "2026-01-01" } as const;
  // Not within the next hours, nor the last ones.
  const hour = (new Date().getUTCHours() + 12) % 24;
  const rhythm = { kind: "days", days, times: [hour * 60] } as const;
  const schedule = dailySchedule({ ...{ conversation, place, by, target: place, rhythm } });
  const due = Date.now() - 3 * DAY;
  const put = (nextAt: number) =>
    store.commit({
      schedules: [{ conversation, id: "s1", change: (now) => ({ ...(now ?? schedule), nextAt }) }],
    });
  await put(due);
  await router.scheduler.look();
  const card = await twin.until(() =>
    twin.botMessages().find((one) => /1 scheduled run was missed/.test(twin.plain(one)))
  );
  assertMatch(twin.plain(card), /ago: ⏰ check \(“every day at 9”, [34] times\)/);
  // The machine slept again before anybody has looked.
  await put(Date.now() - HOUR);
  await router.scheduler.look();
  await twin.until(() => /1 h 0 min ago: ⏰ check \(“every day at 9”/.test(twin.plain(card)));
  assertEquals((await store.inbox()).length, 1);
  await world.click(card, "Run", by);
  await twin.until(() => /1 scheduled run was missed[^]*Running\./.test(twin.plain(card)));
  const turns = await store.turns();
  assertEquals(turns.map(({ text, sender, scheduled }) => [text, sender, scheduled?.schedule]), [
    ["check", by, "s1"],
  ]);
  assertEquals(await store.inbox(), []);
  await twin.until(() =>
    twin.botMessages().some((one) => /⏰ Runs “every day at 9”: “check”/.test(twin.plain(one)))
  );
});

Deno.test("a prompt that looks like a mark, an answer or a word to stop is only a prompt", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin, BUSY);
  const { router, store } = world;
  const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
  const prompts = ["!now", "stop", "/review it", "/no/such/file fails", "1"];
  await store.commit({
    schedules: prompts.map((prompt, i) => ({
      ...{ conversation: twin.chat.id, id: `s${i}` },
      change: () =>
        dailySchedule({
          id: `s${i}`,
          conversation: twin.chat.id,
          place,
          target: place,
          prompt,
          nextAt: Date.now(),
        }),
    })),
  });
  await router.scheduler.look();
  await twin.until(() =>
    twin.botMessages().filter((one) => twin.plain(one).includes("⏰ Runs")).length ===
      prompts.length
  );
  const turns = await store.turns();
  assertEquals(turns.map(({ text }) => text), prompts);
  assertEquals(turns.map(({ task }) => task?.kind), [
    ...[undefined, undefined, "command", undefined, undefined],
  ]);
  assertEquals(turns.some(({ isNow }) => isNow), false);
});

Deno.test("a run whose directory was removed after its time says so, and asks nothing of the agent", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const { router, store } = world;
  const directory = await Deno.makeTempDir();
  const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
  const [conversation, by] = [twin.chat.id, twin.user.openId];
  const schedule = dailySchedule({ ...{ conversation, place, by, target: place, directory } });
  const nextAt = Date.now() - HOUR;
  await store.commit({
    schedules: [{ conversation, id: "s1", change: () => ({ ...schedule, nextAt }) }],
  });
  await router.scheduler.look();
  const card = await twin.until(() =>
    twin.botMessages().find((one) => /1 scheduled run was missed/.test(twin.plain(one)))
  );
  await Deno.remove(directory);
  await world.click(card, "Run", by);
  await twin.until(() =>
    twin.botMessages().some((one) =>
      twin.plain(one).includes(`The directory ${directory}, in which this was scheduled`)
    )
  );
});

import { assert, assertEquals, assertMatch } from "@std/assert";
import { LIMITS } from "../../../lib/bridge/schedules/limits.ts";
import { newRow } from "../../../lib/model/ledger.ts";
import { utcDay } from "../../../lib/model/schedule.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";
import { dailySchedule, DAY, HOUR, MONDAY, startScheduler } from "./start_scheduler.ts";

Deno.test("each time runs once: its message and the next time are stored in one step", async () => {
  await using world = await startScheduler();
  const { scheduler, store, messages } = world;
  await world.put(dailySchedule());
  await scheduler.look(MONDAY - 1);
  assertEquals(messages.length, 0);
  await scheduler.look(MONDAY);
  await scheduler.look(MONDAY);
  await world.restarted().look(MONDAY + 5_000);
  // The clock was set back.
  await scheduler.look(MONDAY - HOUR);
  await scheduler.look(MONDAY + 10_000);
  assertEquals(messages.map(({ messageId }) => messageId), [`run.s1.${MONDAY}`]);
  const [stored] = await store.inbox();
  assertEquals([stored?.text, stored?.sender, stored?.createdAt], ["check", "ou_1", MONDAY]);
  assertEquals(stored?.scheduled, {
    ...{ schedule: "s1", words: "every day at 9", target: { chatId: "oc_1" } },
  });
  assertEquals((await world.only())?.nextAt, MONDAY + DAY);
  assertEquals(await store.schedules.runsOn(MONDAY), 1);
});

Deno.test("of many that are due at once, each runs once, also with two schedulers on one store", async () => {
  await using world = await startScheduler();
  const many = Array.from({ length: 120 }, (_, i) => dailySchedule({ id: `s${1000 + i}` }));
  await world.put(...many);
  const other = world.restarted();
  for (let isMore = true; isMore;) {
    [isMore = false] = await Promise.all([world.scheduler.look(MONDAY), other.look(MONDAY)]);
  }
  const ids = world.messages.map(({ messageId }) => messageId).toSorted();
  assertEquals(ids, many.map(({ id }) => `run.${id}.${MONDAY}`));
  assertEquals(new Set(world.messages.map(({ receivedAt }) => receivedAt)).size <= 120, true);
});

Deno.test("what was missed while the machine slept is one message, which knows how many it stands for", async () => {
  await using world = await startScheduler();
  await world.put(dailySchedule());
  await world.scheduler.look(MONDAY + 3 * DAY + HOUR);
  const [message, ...others] = world.messages;
  assertEquals([others.length, message?.createdAt], [0, MONDAY + 3 * DAY]);
  assertEquals(message?.scheduled?.leftOut, 3);
  assertEquals((await world.only())?.nextAt, MONDAY + 4 * DAY);
});

Deno.test("a clock that was ahead for a while keeps nothing from running when it is right again", async () => {
  await using world = await startScheduler();
  await world.put(dailySchedule());
  await world.scheduler.look(MONDAY);
  await world.scheduler.look(MONDAY + 365 * DAY + HOUR);
  assertEquals((await world.only())?.nextAt, MONDAY + 366 * DAY);
  for (const scheduler of [world.scheduler, world.restarted()]) {
    await scheduler.look(MONDAY + HOUR);
    assertEquals((await world.only())?.nextAt, MONDAY + DAY);
  }
  // What ran does not run again.
  await world.scheduler.look(MONDAY + DAY);
  await world.scheduler.look(MONDAY + HOUR);
  await world.scheduler.look(MONDAY + DAY);
  assertEquals(world.messages.map(({ createdAt }) => (createdAt - MONDAY) / DAY), [0, 365, 1]);
});

Deno.test("no run begins while the one before has not ended, and the next one says so", async () => {
  await using world = await startScheduler();
  await world.put(dailySchedule());
  world.turns.push({ record: { scheduled: { schedule: "s1", words: "" } } as TurnRecord });
  await world.scheduler.look(MONDAY);
  assertEquals([world.messages.length, (await world.only())?.leftOut], [0, 1]);
  world.turns.length = 0;
  await world.scheduler.look(MONDAY + DAY);
  assertEquals(world.messages[0]?.scheduled?.leftOut, 1);
  assertEquals((await world.only())?.leftOut, 0);
});

Deno.test("what runs once is gone afterwards, and what somebody wants now runs also while it is paused", async () => {
  await using world = await startScheduler();
  await world.put(dailySchedule({ rhythm: { kind: "once", at: MONDAY } }));
  await world.scheduler.look(MONDAY);
  assertEquals([world.messages.length, await world.only()], [1, undefined]);
  await world.put(dailySchedule({ id: "s2", paused: "failed", failures: 3 }));
  await world.scheduler.look(MONDAY);
  assertEquals(world.messages[1]?.messageId, `run.s2.${MONDAY}`);
  const { nextAt, paused } = await world.only() ?? {};
  assertEquals([nextAt, paused], [undefined, "failed"]);
});

Deno.test("what somebody wants now runs behind the run that goes on, and a limit is said each time", async () => {
  await using world = await startScheduler();
  const wanted = (more = {}) => world.put(dailySchedule({ isWanted: true, ...more }));
  world.turns.push({ record: { scheduled: { schedule: "s1", words: "" } } as TurnRecord });
  await wanted();
  await world.scheduler.look(MONDAY);
  const { isWanted, nextAt } = await world.only() ?? {};
  assertEquals([world.messages.length, isWanted, nextAt], [1, undefined, MONDAY + DAY]);
  const limitedOn = Math.floor(MONDAY / DAY);
  await wanted({ ran: ran(MONDAY, LIMITS.runsADay), limitedOn });
  await world.scheduler.look(MONDAY);
  assertEquals([world.messages.length, world.said.length], [1, 1]);
  assertMatch(world.said[0] ?? "", /did not run: today's limit/);
  // One whose time is over is gone afterwards.
  await wanted({ rhythm: { kind: "once", at: MONDAY - DAY }, paused: "limit" });
  await world.scheduler.look(MONDAY);
  assertEquals([world.messages.length, await world.only()], [2, undefined]);
});

Deno.test("a schedule that may or can not go on is paused, and says so once", async () => {
  await using world = await startScheduler();
  const { scheduler, said, store } = world;
  const stops = async (why: RegExp, reason: string) => {
    await scheduler.look(MONDAY);
    await scheduler.look(MONDAY);
    assertEquals(said.length, 1);
    assertMatch(said.pop() ?? "", why);
    const { paused, nextAt, id = "" } = await world.only() ?? {};
    assertEquals([paused, nextAt, world.messages.length], [reason, undefined, 0]);
    await store.commit({ schedules: [{ conversation: "oc_1", id, change: () => undefined }] });
  };
  await world.put(dailySchedule({ failures: LIMITS.failures }));
  await stops(/“every day at 9” is paused: it failed several times.*“check”/, "failed");
  await world.put(dailySchedule({ directory: `${world.dir}/gone` }));
  await stops(/directory is gone/, "directory");
  await world.put(dailySchedule({ rhythm: { kind: "once", at: MONDAY }, ran: ran(MONDAY, 100) }));
  await stops(/a day that had too many runs/, "limit");
  world.removed.add("ou_1");
  await world.put(dailySchedule());
  await stops(/may no longer use this bot/, "removed");
  await world.put(dailySchedule());
  await world.put(dailySchedule({ id: "s2" }));
  await scheduler.dismiss("ou_1");
  const paused = (await store.schedules.list()).map((one) => one.paused);
  assertEquals([said.length, paused], [1, ["removed", "removed"]]);
});

Deno.test("a time that this version cannot read pauses its schedule, says so once, and holds up no other", async () => {
  const rhythm = { kind: "cron", pattern: "0 9 * * * * * *" } as const;
  for (const unreadable of [{ rhythm }, { zone: "Nowhere/Gone" }]) {
    await using world = await startScheduler();
    await world.put(dailySchedule(unreadable), dailySchedule({ id: "s2" }));
    await world.scheduler.look(MONDAY - DAY);
    await world.scheduler.look(MONDAY - 2 * DAY);
    for (let i = 0; i < 3; i++) await world.scheduler.look(MONDAY + i);
    const [first] = await world.store.schedules.list();
    assertEquals(first?.paused, "unreadable");
    assertEquals(world.said.length, 1);
    assertMatch(world.said[0] ?? "", /paused: its time cannot be read any more/);
    assertEquals(world.messages.map(({ text }) => text), ["check"]);
    await world.put({ ...dailySchedule(unreadable), paused: "unreadable", isWanted: true });
    for (let i = 3; i < 6; i++) await world.scheduler.look(MONDAY + i);
    assertEquals(world.messages.length, 2, "who wants it nevertheless has it run once");
  }
});

Deno.test("nothing is asked of the agent whose answers do not get through, and where the chat refuses them it is paused", async () => {
  await using world = await startScheduler();
  await world.put(dailySchedule());
  const slot = { uuid: "u", target: { chatId: "oc_1" }, mode: "card" } as const;
  const row = newRow("oc_1", slot, { status: "plain", text: "answer" });
  const waiting = { ...row, createdAt: MONDAY - HOUR, lastError: "no answer" };
  await world.store.commit({ rows: [waiting] });
  for (let day = 0; day < 4; day++) await world.scheduler.look(MONDAY + day * DAY);
  const { paused, leftOut, failures } = await world.only() ?? {};
  assertEquals([world.messages.length, paused, leftOut, failures], [0, undefined, 4, 0]);
  await world.store.updateRow(row, (now) => now && { ...now, isRefused: true });
  for (let day = 4; day < 8; day++) await world.scheduler.look(MONDAY + day * DAY);
  assertEquals([world.messages.length, (await world.only())?.paused], [0, "undelivered"]);
  assertEquals(world.said.length, 1);
});

Deno.test("a day has a most of runs, of a schedule and of all; that is said once", async () => {
  await using world = await startScheduler();
  const { scheduler, store, said, messages } = world;
  const rhythm = { kind: "interval", minutes: 15, from: MONDAY } as const;
  await world.put(dailySchedule({ rhythm, ran: ran(MONDAY, LIMITS.runsADay - 1) }));
  for (let i = 0; i < 4; i++) await scheduler.look(MONDAY + i * 15 * 60_000);
  assertEquals([messages.length, said.length], [1, 1]);
  assertMatch(said[0] ?? "", /did not run: today's limit/);
  await scheduler.look(MONDAY + DAY);
  assertEquals([messages.length, messages[1]?.scheduled?.leftOut], [2, 3 + 92]);

  await world.put(
    ...Array.from(
      { length: LIMITS.runsADayInAll + 20 },
      (_, i) => dailySchedule({ id: `t${i}`, nextAt: MONDAY + 2 * DAY }),
    ),
  );
  while (await scheduler.look(MONDAY + 2 * DAY + 1)) { /* There is more. */ }
  assertEquals(await store.schedules.runsOn(MONDAY + 2 * DAY), LIMITS.runsADayInAll);
});

Deno.test("a thousand schedules cost a look at the clock no more than one", async () => {
  await using world = await startScheduler();
  const many = Array.from({ length: 1000 }, (_, i) => {
    const nextAt = MONDAY + i * 60_000;
    return dailySchedule({ id: `s${i}`, nextAt, rhythm: { kind: "once", at: nextAt } });
  });
  await world.put(...many);
  const { get, list } = Deno.Kv.prototype;
  let reads = 0;
  try {
    Object.assign(Deno.Kv.prototype, {
      get(...args: Parameters<typeof get>) {
        reads++;
        return get.apply(this, args);
      },
      list(...args: Parameters<typeof list>) {
        reads++;
        return list.apply(this, args);
      },
    });
    await world.scheduler.look(MONDAY - 1);
    assertEquals(await world.store.schedules.nextDue(MONDAY - 1), MONDAY);
  } finally {
    Object.assign(Deno.Kv.prototype, { get, list });
  }
  assert(reads <= 3, `${reads} reads`);
});

Deno.test("an entry of the index that no schedule stands for is forgotten", async () => {
  await using world = await startScheduler();
  await world.put(dailySchedule());
  await world.put(dailySchedule({ nextAt: MONDAY + DAY }));
  await world.store.schedules.forgetDue({ conversation: "oc_1", id: "s1", at: MONDAY + DAY });
  await world.scheduler.look(MONDAY + 9 * DAY);
  assertEquals(world.messages.length, 0);
});

function ran(time: number, runs: number) {
  return { day: utcDay(time), runs };
}

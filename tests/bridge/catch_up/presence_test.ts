import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { Presence } from "../../../lib/bridge/catch_up/presence.ts";
import { memoryLog } from "../../helpers.ts";
import { VirtualTime } from "../../virtual_time.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A presence whose clock is set by the test. */
function start(options: { lastAlive?: number; aheadMs?: number } = {}) {
  const { lastAlive, aheadMs = 0 } = options;
  const { now } = Date;
  const clock = { time: 1_000 * HOUR, up: true };
  Date.now = () => clock.time;
  const alive: number[] = [];
  const presence = new Presence({
    store: { markAlive: (time) => Promise.resolve(void alive.push(time)) },
    chat: { clock: { ours: (time) => time - aheadMs, theirs: (time) => time + aheadMs } },
    isUp: () => clock.up,
    lastAlive,
    log: memoryLog(),
    signal: new AbortController().signal,
  });
  const tick = async (times: number) => {
    for (let i = 0; i < times; i++) {
      clock.time += 2_000;
      presence.tick();
      // What is stored at once is stored then.
      await delay(0);
    }
  };
  return { presence, clock, alive, tick, [Symbol.dispose]: () => Date.now = now };
}

Deno.test("a machine that slept was away since it fell asleep, not since it woke up", async () => {
  using bridge = start();
  const { presence, clock, alive, tick } = bridge;
  assertEquals(presence.onUp(), Infinity);
  await tick(10);
  const asleep = clock.time;
  const stored = alive.length;
  clock.time += 8 * HOUR;
  // The connection is still believed to be up.
  await tick(2);
  assertEquals(alive.length, stored);
  assertEquals(presence.onUp(), 8 * HOUR + 4_000);
  assertEquals([asleep - 1, asleep + MINUTE, asleep + 8 * HOUR].map((at) => presence.wasAway(at)), [
    ...[false, true, true],
  ]);
  await tick(20);
  assertEquals(presence.wasAway(clock.time - 10_000), false);
  assertEquals(alive.length > stored, true);
});

Deno.test("a connection that was down for long was an absence, a short loss was none", async () => {
  using bridge = start();
  const { presence, clock, tick } = bridge;
  presence.onUp();
  await tick(5);
  for (const [ms, isAway] of [[20_000, false], [10 * MINUTE, true]] as const) {
    const downAt = clock.time;
    clock.up = false;
    await tick(ms / 2_000);
    assertEquals(presence.onUp(), ms);
    clock.up = true;
    assertEquals(presence.wasAway(downAt + ms / 2), isAway);
  }
});

Deno.test("a store that is away for minutes is no sleep, and no reason to stop hearing", async () => {
  using time = new VirtualTime();
  const alive: number[] = [];
  let store = Promise.resolve();
  const stopping = new AbortController();
  const presence = new Presence({
    store: { markAlive: (at) => store.then(() => void alive.push(at)) },
    chat: { clock: { ours: (at) => at, theirs: (at) => at } },
    isUp: () => true,
    lastAlive: undefined,
    log: memoryLog(),
    signal: stopping.signal,
  });
  presence.onUp();
  const running = presence.run();
  await time.pass(MINUTE);
  const before = alive.length;
  const back = Promise.withResolvers<void>();
  store = back.promise;
  await time.pass(5 * MINUTE);
  assertEquals(alive.length, before);
  back.resolve();
  await time.pass(MINUTE);
  // The one that waited, and those of the last minute.
  assert(alive.length >= before + 2, `${alive.length} after ${before}`);
  assert(presence.onUp() <= 2_000);
  stopping.abort();
  await running;
  assertEquals(alive.at(-1), Date.now());
});

Deno.test("before the start the bridge was away since an earlier run was last alive, on Feishu's clock", () => {
  const aheadMs = 3 * HOUR;
  using bridge = start({ lastAlive: 1_000 * HOUR - 5 * MINUTE + aheadMs, aheadMs });
  const { presence, clock } = bridge;
  presence.onUp();
  assertEquals([6, 4, -1].map((minutes) => presence.wasAway(clock.time - minutes * MINUTE)), [
    ...[false, true, false],
  ]);
});

Deno.test("an absence is forgotten when nothing of its time can be found any more", () => {
  using bridge = start();
  const { presence, clock } = bridge;
  presence.onUp();
  const absences = [0, 31, 1].map((days) => {
    // What is heard in between is no absence.
    for (let minutes = 0; minutes < days * 24 * 60; minutes += 0.5) {
      clock.time += MINUTE / 2;
      presence.onUp();
    }
    clock.time += HOUR;
    presence.onUp();
    return clock.time - HOUR / 2;
  });
  assertEquals(absences.map((at) => presence.wasAway(at)), [false, true, true]);
});

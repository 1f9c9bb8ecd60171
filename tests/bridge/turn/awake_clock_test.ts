import { assertEquals } from "@std/assert";
import { AwakeClock } from "../../../lib/bridge/turn/awake_clock.ts";

const HOUR_MS = 3_600_000;

Deno.test("neither sleep nor a clock that was set counts, from the last beginning on", () => {
  let wall = 1_000_000;
  let awake = 5;
  const work = (ms: number) => {
    wall += ms;
    awake += ms;
  };
  const clock = new AwakeClock(() => wall, () => awake);
  // While it waits in the queue.
  wall += HOUR_MS;
  clock.restart();
  const startedAt = clock.now();
  assertEquals(startedAt, wall);
  work(2_000);
  wall += 50 * HOUR_MS;
  work(3_000);
  wall += HOUR_MS;
  assertEquals(clock.now() - startedAt, 5_000);
  // Somebody sets the clock back.
  wall -= 52 * HOUR_MS;
  work(1_000);
  assertEquals(clock.now() - startedAt, 6_000);
});

Deno.test("the clock agrees with Date.now() while the machine is awake", () => {
  const clock = new AwakeClock();
  const before = Date.now();
  const now = clock.now();
  assertEquals(now >= before - 5 && now <= Date.now() + 5, true);
});

/** SPEC 6: live edits stay below what Feishu takes in a minute, so that no answer waits for them. */
import { assert } from "@std/assert";
import { streamThrottleMs } from "../../lib/feishu/card_streams.ts";
import { EditShare } from "../../lib/feishu/edit_share.ts";
import { seeded } from "../helpers.ts";

/** When messages are edited that always have something new, each as often as it may; times in milliseconds. */
function edits(
  messages: number,
  throttleMs: number,
  endMs: number,
  random: () => number,
): number[] {
  const share = new EditShare();
  const lastAt = new Map<number, number>();
  const times: number[] = [];
  const beganAt = Array.from({ length: messages }, () => random() * 5_000);
  for (let now = 0; now < endMs; now += 50) {
    for (let i = 0; i < messages; i++) {
      if (now < (beganAt[i] ?? 0)) continue;
      const paceMs = Math.max(throttleMs, share.leastMs(now));
      if (now - (lastAt.get(i) ?? -Infinity) < paceMs) continue;
      share.note(`${i}`, now);
      lastAt.set(i, now);
      times.push(now);
    }
  }
  return times;
}

/** The most that happened within a minute. */
function mostInMinute(times: readonly number[]): number {
  let first = 0;
  return Math.max(
    0,
    ...times.map((at, i) => {
      while ((times[first] ?? 0) <= at - 60_000) first++;
      return i - first + 1;
    }),
  );
}

Deno.test("property: however many messages grow, their edits leave room for answers in every minute", () => {
  const random = seeded(50);
  for (const messages of [1, 5, 20, 50, 60, 100, 200]) {
    for (const throttleMs of [streamThrottleMs(1_500), 300, 800, 1_500]) {
      const most = mostInMinute(edits(messages, throttleMs, 180_000, random));
      assert(most <= 900 + messages / 2, `${messages} at ${throttleMs} ms: ${most}`);
    }
  }
});

Deno.test("many messages use what Feishu takes, and few are held up by nothing", () => {
  const random = seeded(7);
  const crowd = edits(50, 800, 180_000, random);
  assert(crowd.length > 3 * 600, String(crowd.length));
  // In the beginning, each is edited every second or two.
  assert(crowd.filter((at) => at < 15_000).length >= 50 * 6);
  const few = edits(5, 800, 60_000, random);
  assert(few.length >= 5 * 66, String(few.length));
});

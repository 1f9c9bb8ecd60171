import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { againstTable } from "./against_table.ts";
import { busiest } from "./busiest.ts";
import { counted } from "./counted.ts";
import { ratesOf } from "./load_rates.ts";
import { quantiles } from "./quantiles.ts";
import { readStamps, stamp } from "./stamp.ts";
import { streamLag } from "./stream_lag.ts";
import { playDay } from "./working_day.ts";

Deno.test("quantiles are values that were measured", () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  assertEquals(quantiles(values), { n: 200, p50: 100, p99: 198, max: 200 });
  assertEquals(quantiles([7]), { n: 1, p50: 7, p99: 7, max: 7 });
  assertThrows(() => quantiles([]), RangeError);
});

Deno.test("the busiest second may begin anywhere, and has no second end", () => {
  assertEquals(busiest([]), 0);
  assertEquals(busiest([2100, 900, 1100, 1899, 1900]), 3);
  assertEquals(busiest([0, 1000]), 1);
});

Deno.test("a stamp tells when and by whom it was written", () => {
  const before = Date.now() - 1;
  const [[session, [at = 0] = []] = ["", []]] = readStamps(`{"x":"${stamp("ses_000000000012")}"}`);
  assertEquals(session, "12");
  assertEquals(at >= before && at <= Date.now() + 1, true);
});

Deno.test("a request in time is not late, however long the throttle held it", () => {
  const requests = [{ at: 1000, tokens: [990] }, { at: 2500, tokens: [990, 1200, 2400] }];
  const { visible, late, stale } = streamLag(requests, [990, 1200, 2400], 1500);
  assertEquals(visible, [10, 1300, 100]);
  assertEquals([late, stale], [[0], [0]]);
});

Deno.test("a request is as late as it comes after the throttle, or as what it lacks is old", () => {
  const late = (at: number, tokens: number[]) =>
    streamLag([{ at: 1000, tokens: [990] }, { at, tokens }], [990, 1200, 2400], 1500).late;
  assertEquals(late(2540, [990, 1200, 2400]), [40]);
  assertEquals(late(2500, [990, 1200]), [100]);
  // Where nothing was written in time, the token is what it waits for.
  const slow = [{ at: 1000, tokens: [990] }, { at: 4007, tokens: [4000] }];
  assertEquals(streamLag(slow, [990, 4000], 1500).late, [7]);
});

Deno.test("what a request lacks is behind the model, however long the request had to wait", () => {
  const requests = [{ at: 1000, tokens: [990] }, { at: 9000, tokens: [990, 8000] }];
  assertEquals(streamLag(requests, [990, 8000, 8990, 8999], 1500).stale, [10]);
});

Deno.test("Feishu's limits are those of each API, over all that a process told", () => {
  const [patch, post] = ["PATCH im/v1/messages/:id", "POST im/v1/messages"];
  const told = [{ [patch]: [0, 10, 990], [post]: [5] }, { [patch]: [1_005, 59_000, 70_000] }];
  const { apiSecond, apiMinute, inAll, perMessage, refused } = ratesOf(told, []);
  assertEquals([apiSecond, apiMinute, inAll, perMessage, refused], [3, 5, 4, 0, 0]);
});

Deno.test("a simulated day keeps Feishu's limits, and newer edits overtake those that wait", () => {
  const team = { machines: 2, prompts: 20, ms: 8 * 3_600_000, callsOf: () => 20 };
  const few = playDay({ ...team, people: 10 });
  assertEquals(few.turns, 200);
  assertEquals(few.calls, 4_000);
  assertEquals(few.coalesced, 0);
  assertEquals(Math.max(...few.waits), 0);
  assert(few.atOnceEach <= few.atOnce && few.atOnce <= 2 * few.atOnceEach);
  const many = playDay({ ...team, people: 2_000, ms: 3_600_000 });
  assert(many.coalesced > 0.5 && many.waits.length <= 122 * 1_000);
  assertEquals(playDay({ ...team, people: 10 }), few);
});

Deno.test("an answer counts as far as it goes on, in one message or in several", () => {
  assertEquals(counted([]), 0);
  assertEquals(counted(["Working… 12 s"]), 0);
  assertEquals(counted(["1 2 3\n---\nAgent 7"]), 3);
  assertEquals(counted(["1 2 3", "4 5 6 · 2 min"]), 6);
  assertEquals(counted(["1 2 4 5", "7 8"]), 2);
  assertEquals(counted(["1 2 34\n5 6 1 2"]), 6);
});

Deno.test("a column tells what it never did, and why it was cut short", () => {
  const played = { slow: { startMs: 12_345.6, starts: 3, steps: 1, finalMs: null } };
  const text = againstTable("today", played, { slow: "It ended" });
  assertStringIncludes(text, "| 12346 ms, median of 3 |");
  assert(/last token → whole answer visible +\| never /.test(text));
  assert(/steps in which the answer grew +\| 1: it came at once /.test(text));
  assert(/memory, idle +\| – /.test(text));
  assertStringIncludes(text, "slow, not played to its end: It ended");
});

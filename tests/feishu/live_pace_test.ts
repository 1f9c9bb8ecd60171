/** What a turn may cost, and how soon its beginning is seen. */
import { assert, assertEquals } from "@std/assert";
import { livePaceMs, type PaceOptions } from "../../lib/feishu/live_pace.ts";
import { seeded } from "../helpers.ts";

/** What a turn costs besides its live edits. */
const OTHERS = { patched: 5, streamed: 7 };
/** The most calls of a turn, by its age in milliseconds. */
const BUDGETS = [[6_000, 10], [60_000, 24], [600_000, 40], [3_600_000, 60]] as const;
const auto: PaceOptions = { throttleMs: 1_500, thrift: 1, isStreamed: false };

/** When a turn is edited that always has something new; `isStep` says what comes next. */
function edits(endMs: number, options: PaceOptions, isStep: () => boolean): number[] {
  const times: number[] = [];
  // The first words come after a moment.
  for (let ageMs = 100; ageMs < endMs;) {
    times.push(ageMs);
    ageMs += livePaceMs({ ageMs, edits: times.length, isStep: isStep() }, options);
  }
  return times;
}

Deno.test("property: no mix of text and steps costs more calls than a turn of its age may", () => {
  const random = seeded(16);
  for (let round = 0; round < 200; round++) {
    const isStreamed = random() < 0.5;
    const others = isStreamed ? OTHERS.streamed : OTHERS.patched;
    const thrift = 1 + (random() < 0.5 ? 0 : 19 * random());
    const throttleMs = 200 + 1_300 * (random() < 0.5 ? 1 : random());
    const share = round % 3 === 0 ? 1 : random();
    const times = edits(3_600_000, { isStreamed, thrift, throttleMs }, () => random() < share);
    for (const [ageMs, most] of BUDGETS) {
      const calls = others + times.filter((at) => at <= ageMs).length;
      assert(
        calls <= most,
        `${calls} calls within ${ageMs} ms: thrift ${thrift}, ${throttleMs} ms`,
      );
    }
  }
});

Deno.test("the first ten seconds of a patched turn are as quick as the throttle, then edits become rare", () => {
  const times = edits(3_600_000, auto, () => false);
  const paces = times.slice(1).map((at, i) => at - (times[i] ?? 0));
  assertEquals(paces.slice(0, 5), [1_500, 1_500, 1_500, 1_500, 1_500]);
  assert((paces[5] ?? Infinity) < 2_000, String(paces));
  assert(paces.every((ms, i) => i === 0 || ms >= (paces[i - 1] ?? 0) * 0.9), String(paces));
  // A reader of a turn of a minute waits 2.5 s in the middle.
  const waits = Array.from({ length: 600 }, (_, i) => {
    const at = 100 * i;
    return (times.find((time) => time >= at) ?? Infinity) - at;
  }).sort((a, b) => a - b);
  assert((waits[300] ?? Infinity) <= 2_500, String(waits[300]));
});

Deno.test("property: a step never waits longer than text, the throttle always holds, and ten minutes are the most", () => {
  const random = seeded(7);
  for (let round = 0; round < 1_000; round++) {
    const edits = Math.floor(random() * 100);
    const options = {
      throttleMs: 200 + 2_000 * random(),
      thrift: round % 4 === 0 ? 0 : 20 * random(),
      isStreamed: random() < 0.5,
    };
    const ageMs = 10 ** (8 * random());
    const text = livePaceMs({ ageMs, edits, isStep: false }, options);
    const step = livePaceMs({ ageMs, edits, isStep: true }, options);
    assert(step <= text);
    assert(step >= options.throttleMs && text <= Math.max(600_000, options.throttleMs));
    if (options.thrift === 0) assertEquals(text, options.throttleMs);
  }
});

Deno.test("property: the older a turn, the sooner its next edit; the more edits it had, the later", () => {
  const random = seeded(3);
  for (let round = 0; round < 1_000; round++) {
    const growth = { ageMs: 10 ** (7 * random()), edits: Math.floor(60 * random()), isStep: false };
    const options = { ...auto, thrift: 1 + random() };
    const now = livePaceMs(growth, options);
    assert(livePaceMs({ ...growth, ageMs: growth.ageMs * 1.5 }, options) <= now);
    assert(livePaceMs({ ...growth, edits: growth.edits + 1 }, options) >= now);
  }
});

/** The calls of whole turns, played in virtual time against the twin. */
import { assert } from "@std/assert";
import { quantiles } from "../../bench/quantiles.ts";
import { simulateTurn } from "../../bench/simulated_turn.ts";

// A text is edited like a post.
const FORMS = [["card", "patch"], ["card", "cardkit"], ["post", "patch"]] as const;
/** What happens in a turn of so many seconds, and the most calls that it may cost. */
const TURNS = [
  { seconds: 6, most: 10, tokenMs: 240 },
  { seconds: 6, most: 10, tokenMs: 240, asks: 1 },
  { seconds: 60, most: 24, tokenMs: 240, tools: 60 },
  { seconds: 60, most: 24, tokenMs: 240, tools: 10, asks: 3 },
  { seconds: 600, most: 40, tokenMs: 5_000, tools: 60 },
  { seconds: 3_600, most: 60, tools: 1_000 },
];

for (const [mode, stream] of FORMS) {
  Deno.test(`a turn as ${mode} by ${stream} keeps the calls of its age, also with 1000 tool calls`, async () => {
    for (const { seconds, most, ...happens } of TURNS) {
      const turn = { mode, stream, thrift: 1, ms: seconds * 1000, ...happens } as const;
      const { calls } = await simulateTurn(turn);
      assert(calls <= most, `${calls} calls in ${seconds} s`);
    }
  });
}

Deno.test("words are seen soon in the first ten seconds, and throughout a lively turn", async () => {
  const options = { mode: "card", ms: 20_000, tokenMs: 70 } as const;
  const median = async (stream: "patch" | "cardkit", thrift: number, untilMs: number) => {
    const { visible } = await simulateTurn({ ...options, stream, thrift });
    return quantiles(visible.filter(({ at }) => at < untilMs).map(({ ms }) => ms)).p50;
  };
  for (
    const [stream, thrift, untilMs, most] of [
      ["patch", 1, 10_000, 800],
      ["patch", 0, 20_000, 800],
      ["cardkit", 0, 20_000, 300],
    ] as const
  ) {
    const ms = Math.round(await median(stream, thrift, untilMs));
    assert(ms <= most, `${stream}, thrift ${thrift}: ${ms} ms`);
  }
});

Deno.test("tool calls come at once while text waits, as long as they are few", async () => {
  const { steps, calls } = await simulateTurn({
    ...{ mode: "card", stream: "patch", thrift: 1, ms: 600_000, tokenMs: 3_000, tools: 8 },
  });
  const { p50, max } = quantiles(steps);
  assert(p50 < 50 && max < 1_501, `${p50} ms, at most ${max} ms`);
  assert(calls <= 40, String(calls));
});

import type { RequestRecord } from "../../lib/demo/feishu_twin/records.ts";
import { apiName } from "../../lib/feishu/rest/api_name.ts";
import { BenchWorld } from "./bench_world.ts";
import { busiest } from "./busiest.ts";
import { atMost, type Figure, latency, round, type Row } from "./figure.ts";
import { quantiles } from "./quantiles.ts";
import { streamLag } from "./stream_lag.ts";
import { type Generation, GENERATIONS, tokensIn, tokenSource } from "./token_source.ts";

/** Milliseconds between two tokens: no part of a throttle, with which they would keep in step. */
const TOKEN_MS = 230;

/** One turn: how soon its words are to be seen, and for how many calls. */
export const turnRow: Row = {
  name: "turn",
  seconds: 180,
  measure: async ({ say }) => {
    say("two turns of 60 s side by side, patched");
    const [first, second] = await Promise.all([
      turn("V1", 60, { BRIDGE_STREAM: "patch" }),
      turn("V2", 60, { BRIDGE_STREAM: "patch" }),
    ]);
    const figures: Figure[] = [];
    for (const [generation, patched] of [["V1", first], ["V2", second]] as const) {
      say(`${generation}: a turn of 25 s without much of a throttle`);
      const quick = await turn(generation, 25, {
        BRIDGE_STREAM: "patch",
        BRIDGE_EDIT_THROTTLE_S: "0.2",
      });
      say(`${generation}: a turn of 15 s by CardKit`);
      const streamed = await turn(generation, 15, {
        BRIDGE_STREAM: "cardkit",
        BRIDGE_CALLS: "lively",
      });
      figures.push(...figuresOf(generation, { patched, quick, streamed }));
    }
    return figures;
  },
};

type Turn = Awaited<ReturnType<typeof turn>>;

function figuresOf(
  generation: Generation,
  { patched, quick, streamed }: Readonly<Record<"patched" | "quick" | "streamed", Turn>>,
): Figure[] {
  const { label, source } = GENERATIONS[generation];
  const tokens = `a token every ${TOKEN_MS} ms from ${source}`;
  const { calls } = patched;
  const visible = (which: string, how: string, values: readonly number[], p50: number) => {
    const what = `model token → visible, throttle included, ${which}${label}`;
    return latency(what, how, quantiles(values), { p50 });
  };
  return [
    latency(
      `model token → request, beyond the throttle, 1 turn${label}`,
      `${tokens}, throttle 0.2 s`,
      quantiles(quick.lag(200).late),
      { p50: 30, p99: 150 },
    ),
    visible("by patching, first 10 s", `${tokens}, throttle 1.5 s`, patched.early, 800),
    visible("by patching, 60 s", tokens, patched.lag(0).visible, 2500),
    visible("by CardKit, lively", tokens, streamed.lag(0).visible, 300),
    {
      ...atMost(`Feishu calls of a turn of 60 s${label}`, byKind(calls), calls.length, "", 24),
      numbers: { calls: calls.length, busiestSecond: busiest(calls.map(({ at }) => at)) },
    },
  ];
}

async function turn(
  generation: Generation,
  seconds: number,
  env: Readonly<Record<string, string>>,
) {
  await using world = await BenchWorld.create({ cardkit: true });
  await using source = tokenSource(generation, world);
  const { twin } = world;
  await world.start("source", { ...source.env, ...env });
  // A first turn warms up: opencode loads its plugins, code is compiled.
  twin.say({ text: source.prompt(8, 50) });
  await over(world, 1);
  const before = { requests: twin.requests.length, tokens: source.written().length };
  twin.say({ text: source.prompt(Math.round(seconds * 1000 / TOKEN_MS), TOKEN_MS) });
  await over(world, 2, seconds * 1000 + 30_000);
  const calls = twin.requests.slice(before.requests);
  const written = source.written().slice(before.tokens);
  const isEarly = (at: number) => at < (calls[0]?.at ?? 0) + 10_000;
  const requests = calls.map(({ at, body }) => ({ at, tokens: written.slice(0, tokensIn(body)) }))
    .filter(({ tokens }) => tokens.length > 0);
  const lag = (throttleMs: number) => streamLag(requests, written, throttleMs);
  const { visible } = streamLag(
    requests.map(({ at, tokens }) => ({ at, tokens: tokens.filter(isEarly) })),
    written.filter(isEarly),
    0,
  );
  return { calls, lag, early: visible };
}

/** Waits for the end of the turn whose number this is; the last call marks the person's message. */
async function over({ twin }: BenchWorld, turns: number, timeoutMs = 60_000): Promise<void> {
  const done = () =>
    twin.requests.filter(({ body, status }) =>
      status !== 0 && /"emoji_type":"DONE"/.test(JSON.stringify(body) ?? "")
    ).length;
  await twin.until(() => done() >= turns, { timeoutMs });
  // The mark and the final edit leave side by side.
  const ended = () => twin.botMessages().filter((message) => /^Done/.test(twin.plain(message)));
  await twin.until(() => ended().length >= turns, { timeoutMs });
  await twin.until(() => twin.requests.every(({ status }) => status !== 0));
}

function byKind(calls: readonly RequestRecord[]): string {
  const kinds = Map.groupBy(calls, ({ method, path }) => {
    if (path.includes("/reactions")) {
      return method === "POST" ? "reactions" : "reactions taken off";
    }
    if (path.includes("/cardkit/")) return "CardKit";
    if (path.endsWith("/messages") || path.endsWith("/reply")) return "messages sent";
    if (method === "PATCH" || method === "PUT") return "edits";
    return apiName(method, path.replace(/^\/open-apis\//, ""));
  });
  return [...kinds].map(([kind, calls]) => `${round(calls.length)} ${kind}`).join(", ");
}

import type { RequestRecord } from "../../lib/demo/feishu_twin/records.ts";
import { BenchWorld } from "./bench_world.ts";
import { busiest } from "./busiest.ts";
import { atMost, type Figure, latency, round, type Row } from "./figure.ts";
import { quantiles } from "./quantiles.ts";
import { streamLag } from "./stream_lag.ts";

/** Milliseconds between two tokens. */
const TOKEN_MS = 250;

/** One turn of the real opencode: how soon its words are to be seen, and for how many calls. */
export const turnRow: Row = {
  name: "turn",
  seconds: 125,
  measure: async ({ say }) => {
    say("a turn of 60 s, patched");
    const patched = await turn(60, { BRIDGE_STREAM: "patch" });
    say("a turn of 25 s without much of a throttle");
    const quick = await turn(25, { BRIDGE_STREAM: "patch", BRIDGE_EDIT_THROTTLE_S: "0.2" });
    say("a turn of 15 s by CardKit");
    const streamed = await turn(15, { BRIDGE_STREAM: "cardkit", BRIDGE_CALLS: "lively" });
    const tokens = `a token every ${TOKEN_MS} ms from a real opencode`;
    const { calls } = patched;
    return [
      latency(
        "model token → request, beyond the throttle, 1 turn",
        `${tokens}, throttle 0.2 s`,
        quantiles(quick.lag(200).late),
        { p50: 30, p99: 150 },
      ),
      visible("by patching, first 10 s", `${tokens}, throttle 1.5 s`, patched.early, 800),
      visible("by patching, 60 s", tokens, patched.lag(0).visible, 2500),
      visible("by CardKit, lively", tokens, streamed.lag(0).visible, 300),
      {
        ...atMost("Feishu calls of a turn of 60 s", byKind(calls), calls.length, "", 24),
        numbers: { calls: calls.length, busiestSecond: busiest(calls.map(({ at }) => at)) },
      },
    ];
  },
};

const VISIBLE = "model token → visible, throttle included";

function visible(which: string, how: string, values: readonly number[], p50: number): Figure {
  return latency(`${VISIBLE}, ${which}`, how, quantiles(values), { p50 });
}

async function turn(seconds: number, env: Readonly<Record<string, string>>) {
  await using world = await BenchWorld.create({ cardkit: true });
  const { twin, model } = world;
  await world.start("source", env);
  // A first turn warms up: opencode loads its plugins, code is compiled.
  twin.say({ text: "[[slow 8]]" });
  await over(world, 1);
  const before = { requests: twin.requests.length, tokens: model.tokens.length };
  twin.say({ text: `[[slow ${seconds * 1000 / TOKEN_MS} ${TOKEN_MS}]]` });
  await over(world, 2, seconds * 1000 + 30_000);
  const calls = twin.requests.slice(before.requests);
  const written = model.tokens.slice(before.tokens)
    .filter(({ text }) => /^\d+ $/.test(text)).map(({ at }) => at);
  const isEarly = (at: number) => at < (calls[0]?.at ?? 0) + 10_000;
  const requests = calls.map(({ at, body }) => ({ at, tokens: written.slice(0, count(body)) }))
    .filter(({ tokens }) => tokens.length > 0);
  const lag = (throttleMs: number) => streamLag(requests, written, throttleMs);
  const { visible } = streamLag(
    requests.map(({ at, tokens }) => ({ at, tokens: tokens.filter(isEarly) })),
    written.filter(isEarly),
    0,
  );
  return { calls, lag, early: visible };
}

/** How many of the numbers 1, 2, 3… a request shows; 0 when there are less than two. */
function count(body: unknown): number {
  const runs = JSON.stringify(body).match(/\b1 2(?: \d+)*/g) ?? [];
  return Math.max(0, ...runs.map((run) => run.split(" ").length));
}

/** Waits for the end of the turn whose number this is; the last call marks the person's message. */
async function over({ twin }: BenchWorld, turns: number, timeoutMs = 60_000): Promise<void> {
  const done = () =>
    twin.requests.filter(({ body, status }) =>
      status !== 0 && /"emoji_type":"DONE"/.test(JSON.stringify(body) ?? "")
    ).length;
  await twin.until(() => done() >= turns, { timeoutMs });
  // The mark and the final edit leave side by side.
  await twin.until(() => twin.requests.every(({ status }) => status !== 0));
}

function byKind(calls: readonly RequestRecord[]): string {
  const kinds = Map.groupBy(calls, ({ method, path }) => {
    if (path.endsWith("/reactions")) return "reactions";
    if (path.includes("/cardkit/")) return "CardKit";
    if (path.endsWith("/messages") || path.endsWith("/reply")) return "messages sent";
    return method === "PATCH" || method === "PUT" ? "edits" : `${method} ${path}`;
  });
  return [...kinds].map(([kind, calls]) => `${round(calls.length)} ${kind}`).join(", ");
}

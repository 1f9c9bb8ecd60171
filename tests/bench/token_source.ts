import { wallNow } from "../../lib/base/time/clock.ts";
import { object, string } from "../../lib/base/json.ts";
import { startV2StandIn } from "../opencode/v2_stand_in/v2_stand_in.ts";
import type { BenchWorld } from "./bench_world.ts";

/** Which opencode answers: the real one, or the stand-in for its second generation. */
export type Generation = "V1" | "V2";

/** The first token comes after so many milliseconds from the stand-in, as it does from a model. */
const FIRST_MS = 300;

/** An opencode whose model writes `1 2 3 …` or `w0 w1 w2 …` at times that are known. */
export interface TokenSource extends AsyncDisposable {
  /** What the program needs to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** Asks for so many tokens, one every `everyMs` milliseconds. */
  prompt(tokens: number, everyMs: number): string;
  /** When the model wrote its tokens so far, in milliseconds since 1970. */
  written(): number[];
}

/** In figures, after the name of what is measured, and in how it was. */
export const GENERATIONS: Readonly<Record<Generation, { label: string; source: string }>> = {
  V1: { label: "", source: "a real opencode" },
  V2: { label: " (V2)", source: "the stand-in for opencode V2" },
};

/** Starts what answers in a world. */
export function tokenSource(generation: Generation, { model }: BenchWorld): TokenSource {
  if (generation === "V1") {
    return {
      env: {},
      prompt: (tokens, everyMs) => `[[slow ${tokens} ${everyMs}]]`,
      written: () => model.tokens.filter(({ text }) => /^\d+ $/.test(text)).map(({ at }) => at),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const server = startV2StandIn();
  const written: number[] = [];
  server.world.listen(({ type, data }) => {
    if (type !== "session.text.delta") return;
    if (/^w\d+ $/.test(string(object(data).delta) ?? "")) written.push(wallNow());
  });
  const { host } = new URL(server.url);
  return {
    env: { OPENCODE_URL: `http://opencode:${server.password}@${host}` },
    prompt: (tokens, everyMs) => `[[slow ${tokens} ${everyMs} ${FIRST_MS}]]`,
    written: () => written,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** How many of the tokens a request shows, from the first on. */
export function tokensIn(body: unknown): number {
  const text = JSON.stringify(body) ?? "";
  const runs = text.match(/\b(?:1 2|w0 w1)(?: w?\d+)*/g) ?? [];
  const first = /content[\\"]+:[\\"]+(?:1|w0)\b/.test(text) ? 1 : 0;
  return Math.max(first, ...runs.map((run) => run.split(" ").length));
}

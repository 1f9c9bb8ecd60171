import { delay } from "@std/async";
import type { BenchWorld, Measured, Program } from "./bench_world.ts";
import type { FakeOpencode } from "./fake_opencode.ts";

/** Milliseconds between two tokens of one conversation. */
export const TOKEN_MS = 50;
/** Milliseconds between two messages of the people: the marks and placeholders take their share of 50/s. */
const JOIN_MS = 60;
/** Milliseconds until the last who joined has settled. */
const SETTLE_MS = 3_000;

/** Who streams, and how. */
export interface Crowd {
  readonly people: number;
  readonly spanMs: number;
  readonly program: Program;
  /** Settings besides those that every crowd has. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts the program and lets so many people ask for an answer that grows by a token every
 * {@linkcode TOKEN_MS}; resolves when all of them stream, which they do for `spanMs` more.
 */
export async function crowd(
  world: BenchWorld,
  opencode: FakeOpencode,
  { people, spanMs, program, env }: Crowd,
): Promise<Measured> {
  const everybody = world.people(people);
  const running = await world.start(program, {
    OPENCODE_URL: opencode.url,
    BRIDGE_STREAM: "patch",
    // What is measured is how late an edit is beyond the throttle.
    BRIDGE_CALLS: "lively",
    ...env,
  });
  const tokens = Math.ceil((people * JOIN_MS + SETTLE_MS + spanMs + 2_000) / TOKEN_MS);
  for (const { openId } of everybody) {
    world.twin.say({ text: `stamps ${tokens} ${TOKEN_MS}`, user: openId });
    await delay(JOIN_MS);
  }
  await delay(SETTLE_MS);
  return running;
}

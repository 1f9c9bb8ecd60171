import { backoff } from "./backoff.ts";
import { describe } from "./errors.ts";
import type { Log } from "./log.ts";
import { pause } from "./wakeup.ts";

/** How a loop is supervised. */
export interface SuperviseOptions {
  /** What the loop does, for the log: "cannot {what}". */
  readonly what: string;
  readonly log: Log;
  /** Ends the loop. */
  readonly signal: AbortSignal;
}

/** How long a loop that ended waits before it begins again. */
const BACKOFF = { firstMs: 500, maxMs: 60_000 };
/** A loop that ran for so many milliseconds did not fail in a row. */
const STEADY_MS = 60_000;

/**
 * Keeps a loop running until the signal aborts: one that throws, or ends, begins again after a while.
 * Resolves when the signal has aborted and the loop has ended; never rejects.
 */
export async function supervise(
  loop: () => Promise<void>,
  { what, log, signal }: SuperviseOptions,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures++) {
    const began = performance.now();
    try {
      await loop();
    } catch (error) {
      if (!signal.aborted) log.error(`cannot ${what}: ${describe(error)}; trying again`);
    }
    if (performance.now() - began > STEADY_MS) failures = 1;
    await pause(backoff(failures, BACKOFF), signal);
  }
}

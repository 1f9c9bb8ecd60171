import { backoff } from "./backoff.ts";
import { describe } from "../errors.ts";
import type { Log } from "../log.ts";
import { pause } from "./wakeup.ts";

/** How a loop is supervised. */
export interface SuperviseOptions {
  /** Names what the loop does in the log line "cannot {what}: …". */
  readonly what: string;
  readonly log: Log;
  /** Ends the loop. */
  readonly signal: AbortSignal;
}

/** How long to wait before a loop is started again. */
const BACKOFF = { firstMs: 500, maxMs: 60_000 };
/** A loop that ran for this many milliseconds starts again with the shortest wait. */
const STEADY_MS = 60_000;

/**
 * Keeps a loop running until the signal aborts. A loop that throws or returns is started again, with
 * backoff. Resolves when the signal has aborted and the loop has ended; never rejects.
 */
export async function supervise(
  loop: () => Promise<void>,
  { what, log, signal }: SuperviseOptions,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures++) {
    const startedAt = performance.now();
    try {
      await loop();
      if (!signal.aborted) log.warn(`cannot ${what}: it ended by itself; trying again`);
    } catch (error) {
      if (!signal.aborted) log.error(`cannot ${what}: ${describe(error)}; trying again`);
    }
    if (performance.now() - startedAt > STEADY_MS) failures = 1;
    await pause(backoff(failures, BACKOFF), signal);
  }
}

import { backoff } from "./backoff.ts";
import { pause } from "./wakeup.ts";

/** What {@linkcode fewTimes} needs. */
export interface FewTimesOptions {
  /** Takes each error after which the work is done again. */
  readonly report: (error: unknown) => void;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

/** How often the work may fail. */
const MAX_FAILURES = 4;
/** How long to wait between two attempts. */
const BACKOFF = { firstMs: 500, maxMs: 60_000 };

/**
 * Does work that others wait for, with a few retries over some seconds.
 *
 * @throws The last error.
 */
export async function fewTimes<T>(
  work: () => Promise<T>,
  { report, signal }: FewTimesOptions,
): Promise<T> {
  for (let failures = 1;; failures++) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || failures === MAX_FAILURES) throw error;
      report(error);
      await pause(backoff(failures, BACKOFF), signal);
    }
  }
}

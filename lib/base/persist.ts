import { delay } from "@std/async";
import { ApiError, describe, isRetryable } from "./errors.ts";
import type { Log } from "./log.ts";

interface PersistOptions {
  readonly signal: AbortSignal;
  readonly log: Log;
  /** What is being tried, for the log: "Cannot {what}: …". */
  readonly what: string;
}

/**
 * Tries until it succeeds, with pauses that double up to a minute, or as long as the server asks.
 * `retry` of `@std/async` has an end, and knows no delay of the server.
 *
 * @throws What is not worth another attempt, and the signal's reason.
 */
export async function persist<T>(attempt: () => Promise<T>, options: PersistOptions): Promise<T> {
  const { signal, log, what } = options;
  for (let waitMs = 500;; waitMs = Math.min(waitMs * 2, 60_000)) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!isRetryable(error)) throw error;
      log.warn(`cannot ${what}: ${describe(error)}; trying again`);
      const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
      await delay(asked ?? waitMs * (0.75 + Math.random() / 2), { signal });
    }
  }
}

import { backoff } from "./backoff.ts";
import { describe, isRetryable, retryAfter } from "../errors.ts";
import type { Log } from "../log.ts";
import { pause, type Wakeup } from "./wakeup.ts";

/** The longest wait between two attempts, in milliseconds, whatever the server asks for. */
const LONGEST_MS = 600_000;
/** The waits after errors that name none, in milliseconds. */
const BACKOFF = { firstMs: 500, maxMs: 60_000 };
/** How often a delay that the server asks for is taken as it is. After that the waits grow. */
const PATIENT = 8;

interface PersistOptions {
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Names the attempt in the log line "cannot {what}: …". */
  readonly what: string;
  /** Notifies when what failed may succeed now. */
  readonly retryNow?: Wakeup | undefined;
  /** Waits so many milliseconds at most after an error, in place of the wait that `retryNow` ends. */
  readonly wait?: (ms: number, error: unknown, signal: AbortSignal) => Promise<void>;
  /** Which errors may pass. Default: those that {@linkcode isRetryable} names. */
  readonly mayPass?: (error: unknown) => boolean;
}

/**
 * Repeats an attempt until it succeeds, with exponential backoff up to a minute. A delay that the server
 * asks for replaces the backoff, unless it has asked for one again and again. (`retry` of `@std/async`
 * supports neither endless attempts nor a delay given by the server.)
 *
 * @throws The first error that cannot pass, or the signal's reason.
 */
export async function persist<T>(attempt: () => Promise<T>, options: PersistOptions): Promise<T> {
  const { signal, log, what, retryNow, mayPass = isRetryable } = options;
  for (let failures = 1;; failures++) {
    const since = retryNow?.count;
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw error;
      log.warn(`cannot ${what}: ${describe(error)}; trying again`);
      const askedMs = retryAfter(error);
      const taken = askedMs === undefined ? 0 : PATIENT;
      const ownMs = failures > taken ? backoff(failures - taken, BACKOFF) : 0;
      const waitMs = Math.min(Math.max(askedMs ?? 0, ownMs), LONGEST_MS);
      await (options.wait?.(waitMs, error, signal) ?? retryNow?.wait(waitMs, signal, since) ??
        pause(waitMs, signal));
      signal.throwIfAborted();
    }
  }
}

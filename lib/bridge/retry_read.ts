import { retry, RetryError } from "@std/async";
import { isRetryable } from "../base/errors.ts";

/** How often something is read before it is given up. */
const MAX_ATTEMPTS = 4;

/**
 * Reads something from the chat, a few times if it fails on the way.
 *
 * @throws The last error, also if the signal's time is over meanwhile; the signal's reason if there is none.
 */
export async function retryRead<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  let last: unknown;
  const attempt = async () => {
    try {
      return await read();
    } catch (error) {
      if (!signal.aborted) last = error;
      throw error;
    }
  };
  try {
    return await retry(attempt, {
      ...{ maxAttempts: MAX_ATTEMPTS, minTimeout: 500, jitter: 0.3 },
      ...{ isRetriable: isRetryable, signal },
    });
  } catch (error) {
    const isOver = error instanceof RetryError ||
      (error instanceof DOMException && error.name === "TimeoutError");
    throw isOver ? last ?? error : error;
  }
}

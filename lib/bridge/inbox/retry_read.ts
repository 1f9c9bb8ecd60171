import { retry } from "@std/async";
import { ApiError, isRetryable, NetworkError } from "../../base/errors.ts";

/** How often something is read before it is given up. */
const MAX_ATTEMPTS = 4;
/** The longest wait between two attempts, in milliseconds. */
const MAX_WAIT_MS = 15_000;

/**
 * Reads something from the chat, a few times if it fails on the way.
 *
 * @param onTrouble Called after each attempt that failed because the chat is in trouble. With it, those are repeated
 * until the signal aborts.
 * @throws The last error, even if the signal's time is over meanwhile; the signal's reason if there is none.
 */
export async function retryRead<T>(
  read: () => Promise<T>,
  signal: AbortSignal,
  onTrouble?: () => void,
): Promise<T> {
  let last: unknown;
  let failures = 0;
  const mayPass = (error: unknown) => {
    if (!isRetryable(error)) return false;
    if (onTrouble === undefined || !isTrouble(error)) return ++failures < MAX_ATTEMPTS;
    onTrouble();
    return true;
  };
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
      maxAttempts: Number.MAX_SAFE_INTEGER,
      minTimeout: 500,
      maxTimeout: MAX_WAIT_MS,
      jitter: 0.3,
      isRetriable: mayPass,
      signal,
    });
  } catch (error) {
    const isOver = error instanceof DOMException && error.name === "TimeoutError";
    throw isOver ? last ?? error : error;
  }
}

/**
 * Whether an error tells of trouble that ends by itself, like an outage or a rate limit. What answers with another
 * status, but not as the chat does, may be a proxy that never lets this pass.
 */
function isTrouble(error: unknown): boolean {
  return error instanceof NetworkError ||
    (error instanceof ApiError && !(Number(error.code) < 500));
}

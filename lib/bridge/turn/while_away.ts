import { backoff } from "../../base/waiting/backoff.ts";
import { describe, NetworkError } from "../../base/errors.ts";
import { pause } from "../../base/waiting/wakeup.ts";

/** How long to wait between two attempts. */
const BACKOFF = { firstMs: 500, maxMs: 5_000 };

/**
 * Asks the agent for what a turn needs before it is posted, for as long as it does not answer.
 *
 * @param onAway Called with the reason each time it does not.
 * @param signal Ends the attempts; its reason is thrown.
 * @throws What is no {@linkcode NetworkError}.
 */
export async function whileAway<T>(
  act: () => Promise<T>,
  onAway: (why: string) => void,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 1;; failures++) {
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NetworkError)) throw error;
      onAway(describe(error));
      await pause(backoff(failures, BACKOFF), signal);
      signal.throwIfAborted();
    }
  }
}

import { backoff } from "../../base/waiting/backoff.ts";
import { describe, NetworkError } from "../../base/errors.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import { whenSlow } from "../../base/waiting/when_slow.ts";

/** How long to wait between two attempts. */
const BACKOFF = { firstMs: 500, maxMs: 5_000 };
/** After how many milliseconds it is told that an attempt takes long: the agent may have to be started again first. */
const SLOW_MS = 10_000;

/**
 * Asks the agent for what a turn needs before it is posted, for as long as it does not answer.
 *
 * @param onAway Called with the reason each time it does not, and when an attempt takes long.
 * @param signal Ends the attempts; its reason is thrown.
 * @param slowMs What long is, in milliseconds.
 * @throws What is no {@linkcode NetworkError}.
 */
export async function whileAway<T>(
  act: () => Promise<T>,
  onAway: (why: string) => void,
  signal: AbortSignal,
  slowMs = SLOW_MS,
): Promise<T> {
  const tell = () => Promise.resolve(onAway("opencode did not answer in time"));
  for (let failures = 1;; failures++) {
    try {
      return await whenSlow(act(), slowMs, tell);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NetworkError)) throw error;
      onAway(describe(error));
      await pause(backoff(failures, BACKOFF), signal);
      signal.throwIfAborted();
    }
  }
}

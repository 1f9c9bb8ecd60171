import { pause } from "../../base/waiting/wakeup.ts";
import type { Outcome } from "../../model/turn.ts";

/**
 * How a turn ended; `undefined` if it was cancelled and the agent does not confirm in time that it has
 * stopped.
 *
 * @param running Resolves when the agent has confirmed the end.
 * @param signal Ends the wait; its reason is thrown.
 * @param stopMs How long the agent may take, in milliseconds.
 */
export async function unlessStuck(
  running: Promise<Outcome>,
  cancelled: AbortSignal,
  signal: AbortSignal,
  stopMs: number,
): Promise<Outcome | undefined> {
  const settled = new AbortController();
  const limit = async () => {
    const ended = AbortSignal.any([settled.signal, signal]);
    await pause(Infinity, AbortSignal.any([ended, cancelled]));
    await pause(stopMs, ended);
    signal.throwIfAborted();
    return undefined;
  };
  try {
    return await Promise.race([running, limit()]);
  } finally {
    settled.abort();
  }
}

import { pause } from "../../base/waiting/wakeup.ts";

/** How often the lease is looked at, in milliseconds. */
const LOOK_MS = 500;

/**
 * Runs work while a lease is held, and again whenever it is regained, until the signal aborts. A machine that
 * can store nothing thus drops its connection, and the chat platform delivers to another one.
 *
 * @param work Ends when its signal aborts.
 */
export async function whileHeld(
  lease: { readonly isHeld: boolean },
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (!lease.isHeld) {
      await pause(LOOK_MS, signal);
      continue;
    }
    const lost = new AbortController();
    const timer = setInterval(() => lease.isHeld || lost.abort(), LOOK_MS);
    try {
      await work(AbortSignal.any([signal, lost.signal]));
    } finally {
      clearInterval(timer);
    }
  }
}

import { delay } from "@std/async";

/** Milliseconds of the window; a little more than the platform's second, for the network's jitter. */
const WINDOW_MS = 1_050;

/** Lets at most so many requests that share a key leave within a second, in the order in which they asked. */
export class Pace {
  readonly #perSecond: number;
  /** When the latest requests of a key leave, oldest first. */
  readonly #times = new Map<string, number[]>();

  /** @param perSecond How many requests may share a key within any second. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Waits for the turn of a request. Rejects with the signal's reason when that aborts first. */
  async turn(key: string, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const times = this.#times.get(key) ?? [];
    const oldest = times.length < this.#perSecond ? undefined : times.shift();
    const at = oldest === undefined ? now : Math.max(now, oldest + WINDOW_MS);
    times.push(at);
    this.#times.set(key, times);
    if (this.#times.size > 1_000) this.#forget(now);
    if (at > now) await delay(at - now, { signal });
  }

  #forget(now: number): void {
    for (const [key, times] of this.#times) {
      if ((times.at(-1) ?? 0) + WINDOW_MS < now) this.#times.delete(key);
    }
  }
}

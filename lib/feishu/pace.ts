import { delay } from "@std/async";

/** Milliseconds of the window; a little more than the platform's second, for the network's jitter. */
const WINDOW_MS = 1_050;

interface Lane {
  /** When the latest requests leave, oldest first. */
  readonly times: number[];
  /** Resolves when the latest has left. */
  last: Promise<void>;
}

/** Lets at most so many requests that share a key leave within a second, in the order in which they asked. */
export class Pace {
  readonly #perSecond: number;
  readonly #lanes = new Map<string, Lane>();

  /** @param perSecond How many requests may share a key within any second. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Waits for the turn of a request. Rejects with the signal's reason when that aborts first. */
  async turn(key: string, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const lane = this.#lanes.get(key) ?? { times: [], last: Promise.resolve() };
    const oldest = lane.times.length < this.#perSecond ? undefined : lane.times.shift();
    const at = oldest === undefined ? now : Math.max(now, oldest + WINDOW_MS);
    lane.times.push(at);
    this.#lanes.set(key, lane);
    if (this.#lanes.size > 1_000) this.#forget(now);
    // Timers that are due at about the same time may come in any order.
    const before = lane.last.catch(() => {});
    const turn = at > now ? delay(at - now, { signal }).then(() => before) : before;
    lane.last = turn;
    await turn;
    signal.throwIfAborted();
  }

  #forget(now: number): void {
    for (const [key, { times }] of this.#lanes) {
      if ((times.at(-1) ?? 0) + WINDOW_MS < now) this.#lanes.delete(key);
    }
  }
}

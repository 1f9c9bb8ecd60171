import { abortable, delay } from "@std/async";

/** Milliseconds of the window; a little more than the platform's second, for the network's jitter. */
const WINDOW_MS = 1_050;

interface Lane {
  /** When the latest requests left, oldest first. */
  readonly times: number[];
  /** Resolves when all who asked so far have left. */
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
    if (this.#lanes.size > 1_000) this.#forget();
    const lane = this.#lanes.get(key) ?? { times: [], last: Promise.resolve() };
    this.#lanes.set(key, lane);
    lane.last = lane.last.catch(() => {}).then(() => this.#leave(lane, signal));
    await abortable(lane.last, signal);
  }

  /** Counts from when requests really left: a busy event loop wakes several at once, and late. */
  async #leave({ times }: Lane, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waitMs = (times.at(-this.#perSecond) ?? -Infinity) + WINDOW_MS - performance.now();
    if (waitMs > 0) await delay(waitMs, { signal });
    times.push(performance.now());
    if (times.length > this.#perSecond) times.shift();
  }

  #forget(): void {
    for (const [key, { times }] of this.#lanes) {
      if ((times.at(-1) ?? 0) + WINDOW_MS < performance.now()) this.#lanes.delete(key);
    }
  }
}

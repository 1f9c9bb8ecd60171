import { abortable, delay } from "@std/async";

/** Milliseconds of the window; more than the platform's second, as the network does not keep distances. */
const WINDOW_MS = 1_100;

interface Lane {
  /** When the latest requests left, oldest first. */
  readonly times: number[];
  /** None leaves before. */
  notBefore: number;
  /** Resolves when all who asked so far have left. */
  last: Promise<void>;
  /** How many have not left yet. */
  waiting: number;
}

/** Lets at most so many requests that share a key leave within a second, in the order in which they asked. */
export class Pace {
  readonly #perSecond: number;
  readonly #lanes = new Map<string, Lane>();

  /** @param perSecond How many requests may share a key within any second. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /**
   * Waits for the turn of a request. Rejects with the signal's reason when that aborts first.
   *
   * @param other Another pace that the request has to keep: it leaves when both let it.
   */
  async turn(key: string, signal: AbortSignal, other?: () => Promise<void>): Promise<void> {
    if (this.#lanes.size > 1_000) this.#forget();
    const lane = this.#lane(key);
    lane.waiting++;
    lane.last = lane.last.catch(() => {}).then(() => this.#leave(lane, signal, other))
      .finally(() => lane.waiting--);
    await abortable(lane.last, signal);
  }

  /** Lets no request with this key leave for so many milliseconds. */
  hold(key: string, ms: number): void {
    const lane = this.#lane(key);
    lane.notBefore = Math.max(lane.notBefore, performance.now() + ms);
  }

  #lane(key: string): Lane {
    const lane = this.#lanes.get(key) ??
      { times: [], notBefore: 0, last: Promise.resolve(), waiting: 0 };
    this.#lanes.set(key, lane);
    return lane;
  }

  /** Counts from when requests really left: a busy event loop wakes several at once, and late. */
  async #leave(lane: Lane, signal: AbortSignal, other?: () => Promise<void>): Promise<void> {
    const { times } = lane;
    signal.throwIfAborted();
    for (;;) {
      const from = Math.max((times.at(-this.#perSecond) ?? -Infinity) + WINDOW_MS, lane.notBefore);
      const waitMs = from - performance.now();
      if (waitMs <= 0) break;
      await delay(waitMs, { signal });
    }
    await other?.();
    times.push(performance.now());
    if (times.length > this.#perSecond) times.shift();
  }

  #forget(): void {
    for (const [key, { times, notBefore, waiting }] of this.#lanes) {
      const counts = Math.max((times.at(-1) ?? 0) + WINDOW_MS, notBefore);
      if (waiting === 0 && counts < performance.now()) this.#lanes.delete(key);
    }
  }
}

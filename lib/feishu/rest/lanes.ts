import { abortable, delay } from "@std/async";
import { Serial } from "../../base/serial.ts";

/**
 * Length of the window, in milliseconds. It is longer than the platform's second because the network
 * does not keep the distances between requests.
 */
const WINDOW_MS = 1_100;
/** Lanes that are kept before those not in use are forgotten. */
const MAX_LANES = 1_000;

interface Lane {
  readonly queue: Serial;
  /** When the latest requests left, oldest first. */
  readonly times: number[];
  /** No request leaves before this time. */
  notBefore: number;
  /** Requests that have not left yet. */
  waiting: number;
}

/**
 * Keeps a rate limit: requests that share a key form a lane, and leave it in the order in which they
 * came, only so many within any second.
 */
export class Lanes {
  readonly #perSecond: number;
  readonly #lanes = new Map<string, Lane>();

  /** @param perSecond How many requests of one lane may leave within any second. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /**
   * Waits for the turn of a request. Rejects with the signal's reason when that aborts first.
   *
   * @param other The turn in a second limit; the request leaves when both let it.
   */
  async turn(key: string, signal: AbortSignal, other?: () => Promise<void>): Promise<void> {
    if (this.#lanes.size > MAX_LANES) this.#forgetIdle();
    const lane = this.#lane(key);
    lane.waiting++;
    const left = lane.queue.run(() => this.#leave(lane, signal, other))
      .finally(() => lane.waiting--);
    await abortable(left, signal);
  }

  /** Lets no request with this key leave for so many milliseconds. */
  hold(key: string, ms: number): void {
    const lane = this.#lane(key);
    lane.notBefore = Math.max(lane.notBefore, performance.now() + ms);
  }

  #lane(key: string): Lane {
    const lane = this.#lanes.get(key) ??
      { queue: new Serial(), times: [], notBefore: 0, waiting: 0 };
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

  #forgetIdle(): void {
    for (const [key, { times, notBefore, waiting }] of this.#lanes) {
      const busyUntil = Math.max((times.at(-1) ?? 0) + WINDOW_MS, notBefore);
      if (waiting === 0 && busyUntil < performance.now()) this.#lanes.delete(key);
    }
  }
}

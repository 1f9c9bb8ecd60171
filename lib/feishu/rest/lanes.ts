import { abortable, delay } from "@std/async";
import { ApiError } from "../../base/errors.ts";
import { Serial } from "../../base/waiting/serial.ts";
import { pause } from "../../base/waiting/wakeup.ts";

/** How many requests may leave within a time. */
export interface Window {
  readonly count: number;
  /** In milliseconds. */
  readonly ms: number;
}

/** What limits a request: all that share a key leave one after the other, within each of the windows. */
export interface Limit {
  readonly key: string;
  readonly windows: readonly Window[];
}

/**
 * How much longer than the platform's a window is, in milliseconds: the network does not keep the distances
 * between requests.
 */
const MARGIN_MS = 100;
/** How long a request waits for holds, in milliseconds: a click is answered within three seconds. */
const MAX_HELD_MS = 5_000;
/** Lanes that are kept before those not in use are forgotten. */
const MAX_LANES = 1_000;

interface Lane {
  readonly queue: Serial;
  /** When the latest requests left, oldest first. */
  times: number[];
  /** No request leaves before this time. */
  notBefore: number;
  /** No request leaves before these have settled. */
  readonly holds: Set<Promise<void>>;
  /** Nor before this time, because of such that have. */
  heldUntil: number;
  /** Requests that have not left yet. */
  waiting: number;
  /** When the windows are empty again. */
  idleAt: number;
}

/**
 * Keeps rate limits: requests that share a key form a lane, and leave it in the order in which they came,
 * only so many within each of its windows.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /**
   * Waits for the turn of a request, which has several limits: it waits in the lane of the first until the
   * others let it leave too.
   *
   * @throws {ApiError} When it is held too long; it may be tried again.
   * @throws The signal's reason.
   */
  async turn([limit, ...others]: readonly Limit[], signal: AbortSignal): Promise<void> {
    if (limit === undefined) return;
    if (this.#lanes.size > MAX_LANES) this.#forgetIdle();
    const lane = this.#lane(limit.key);
    lane.waiting++;
    const left = lane.queue.run(async () => {
      await this.#free(lane, limit, signal);
      await this.turn(others, signal);
      this.#left(lane, limit);
    }).finally(() => lane.waiting--);
    await abortable(left, signal);
  }

  /** Lets no request with this key leave for so many milliseconds. */
  hold(key: string, ms: number): void {
    const lane = this.#lane(key);
    lane.notBefore = Math.max(lane.notBefore, performance.now() + ms);
  }

  /** Lets no request with this key leave until `work` has settled, and for so many milliseconds after that. */
  holdWhile(key: string, work: Promise<unknown>, afterMs: number): void {
    const lane = this.#lane(key);
    const done = () => {
      lane.heldUntil = performance.now() + afterMs;
      lane.holds.delete(held);
    };
    const held = work.then(done, done);
    lane.holds.add(held);
  }

  #lane(key: string): Lane {
    const lane = this.#lanes.get(key) ??
      {
        queue: new Serial(),
        times: [],
        notBefore: 0,
        heldUntil: 0,
        holds: new Set(),
        waiting: 0,
        idleAt: 0,
      };
    this.#lanes.set(key, lane);
    return lane;
  }

  /** Waits until a lane's holds and windows let a request leave. */
  async #free(lane: Lane, { key, windows }: Limit, signal: AbortSignal): Promise<void> {
    const until = performance.now() + MAX_HELD_MS;
    for (;;) {
      signal.throwIfAborted();
      const now = performance.now();
      if (lane.holds.size > 0 || lane.heldUntil > now) {
        // Pressing a button again and again holds up that message, and nothing behind it.
        if (now >= until) throw held(key);
        const sooner = lane.holds.size > 0 ? Promise.all(lane.holds).then(() => {}) : undefined;
        await pause(sooner ? until - now : Math.min(until, lane.heldUntil) - now, signal, sooner);
        continue;
      }
      const from = windows.map(({ count, ms }) =>
        (lane.times.at(-count) ?? -Infinity) + ms + MARGIN_MS
      );
      const waitMs = Math.max(...from, lane.notBefore) - performance.now();
      if (waitMs <= 0) return;
      await delay(waitMs, { signal });
    }
  }

  /** Counts from when requests really left: a busy event loop wakes several at once, and late. */
  #left(lane: Lane, { windows }: Limit): void {
    const now = performance.now();
    lane.times.push(now);
    const most = Math.max(...windows.map(({ count }) => count));
    // Rarely, as it copies what is kept.
    if (lane.times.length > 2 * most) lane.times = lane.times.slice(-most);
    lane.idleAt = now + Math.max(...windows.map(({ ms }) => ms)) + MARGIN_MS;
  }

  #forgetIdle(): void {
    for (const [key, { notBefore, heldUntil, waiting, holds, idleAt }] of this.#lanes) {
      const busyUntil = Math.max(idleAt, notBefore, heldUntil);
      if (waiting === 0 && holds.size === 0 && busyUntil < performance.now()) {
        this.#lanes.delete(key);
      }
    }
  }
}

/** The error for a request that did not leave because what it changes is held. */
function held(key: string): ApiError {
  const call = { service: "feishu", method: key } as const;
  return new ApiError("somebody is clicking on the card", {
    ...call,
    code: "held",
    retryable: true,
  });
}

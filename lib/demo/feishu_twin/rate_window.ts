import type { TwinClock } from "./clock.ts";

/** How many calls are taken within a time. */
export interface Rate {
  readonly max: number;
  /** In milliseconds. */
  readonly spanMs: number;
}

/** Limits of calls per key in sliding windows, like the platform's frequency limits. */
export class RateWindow {
  readonly #clock: TwinClock;
  readonly #rates: readonly Rate[];
  readonly #calls = new Map<string, number[]>();

  constructor(clock: TwinClock, ...rates: readonly Rate[]) {
    this.#clock = clock;
    this.#rates = rates;
  }

  /**
   * Counts one call for `key`.
   *
   * @returns The milliseconds until a call would be taken, without counting it, when a window is full; else 0.
   */
  waitMs(key: string): number {
    const now = this.#clock.now();
    const longestMs = Math.max(...this.#rates.map(({ spanMs }) => spanMs));
    const recent = (this.#calls.get(key) ?? []).filter((at) => at > now - longestMs);
    const waits = this.#rates.map(({ max, spanMs }) =>
      (recent.at(-max) ?? -Infinity) + spanMs - now
    );
    const waitMs = Math.max(0, ...waits);
    if (waitMs === 0) recent.push(now);
    this.#calls.set(key, recent);
    return waitMs;
  }

  /** Counts one call for `key`. Returns `false`, without counting it, when a window is full. */
  allow(key: string): boolean {
    return this.waitMs(key) === 0;
  }
}

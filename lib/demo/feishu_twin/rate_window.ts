import type { TwinClock } from "./clock.ts";

/** A limit of calls per key in a sliding window, like the platform's frequency limits. */
export class RateWindow {
  readonly #clock: TwinClock;
  readonly #max: number;
  readonly #spanMs: number;
  readonly #calls = new Map<string, number[]>();

  constructor(clock: TwinClock, max: number, spanMs = 1000) {
    this.#clock = clock;
    this.#max = max;
    this.#spanMs = spanMs;
  }

  /** Counts one call for `key`. Returns `false`, without counting it, when the window is full. */
  allow(key: string): boolean {
    const now = this.#clock.now();
    const recent = (this.#calls.get(key) ?? []).filter((at) => at > now - this.#spanMs);
    const free = recent.length < this.#max;
    if (free) recent.push(now);
    this.#calls.set(key, recent);
    return free;
  }
}

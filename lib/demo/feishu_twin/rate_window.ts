import type { TwinClock } from "./clock.ts";

/** Counts calls per key in a sliding window, as the platform's frequency limits do. */
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

  /** Counts one call for `key`; `false`, and not counted, when the window is full. */
  take(key: string): boolean {
    const now = this.#clock.now();
    const recent = (this.#calls.get(key) ?? []).filter((at) => at > now - this.#spanMs);
    const free = recent.length < this.#max;
    if (free) recent.push(now);
    this.#calls.set(key, recent);
    return free;
  }
}

import { ApiError, NetworkError } from "../../base/errors.ts";

/** After so many calls without an answer the next answer is news. A single one is tried again soon anyway. */
const FEW = 2;
/** The least time between two ends of an outage, in milliseconds: only some calls may fail, again and again. */
const LEAST_MS = 15_000;

/** Notices that Feishu answers again, after calls that had no answer. */
export class Outage {
  readonly #onOver: () => void;
  /** The calls without an answer since the last one that had one. */
  #failures = 0;
  #overAt = -Infinity;

  /** @param onOver Called when an outage is over, at most every {@linkcode LEAST_MS}. */
  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }

  /** Makes a call, and notes whether Feishu answered it. */
  async watch<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      this.#answered();
      return result;
    } catch (error) {
      if (error instanceof NetworkError) this.#failures++;
      // One that is busy, or in trouble, may have nothing for those that wait.
      else if (error instanceof ApiError && !error.retryable) this.#answered();
      throw error;
    }
  }

  #answered(): void {
    const now = performance.now();
    const isOver = this.#failures >= FEW && now - this.#overAt >= LEAST_MS;
    this.#failures = 0;
    if (!isOver) return;
    this.#overAt = now;
    this.#onOver();
  }
}

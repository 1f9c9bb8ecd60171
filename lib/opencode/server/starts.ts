import { backoff } from "../../base/waiting/backoff.ts";

/** The pauses before a start that follows failed ones. */
const BACKOFF = { firstMs: 1_000, maxMs: 30_000 };
/** After so many milliseconds the start of a server has not failed. */
const STEADY_MS = 20_000;

/** How the starts of a server went: one after which it did not last has failed, too. */
export class Starts {
  readonly #now: () => number;
  /** How many have failed in a row. */
  #failures = 0;
  /** When the server was ready, until it is started again. */
  #readyAt: number | undefined;

  /** @param now The monotonic clock, in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How long the next start has to wait, in milliseconds. */
  waitMs(): number {
    if (this.#readyAt !== undefined) {
      const hasLasted = this.#now() - this.#readyAt > STEADY_MS;
      this.#failures = hasLasted ? 0 : this.#failures + 1;
      this.#readyAt = undefined;
    }
    return this.#failures === 0 ? 0 : backoff(this.#failures, BACKOFF);
  }

  /** Notes that the server is ready. */
  ready(): void {
    this.#readyAt = this.#now();
  }

  /** Notes that the server did not come up. */
  failed(): void {
    this.#failures++;
  }
}

import { backoff } from "../../base/waiting/backoff.ts";
import type { Wakeup } from "../../base/waiting/wakeup.ts";

/** The first and the longest wait, in milliseconds. */
const FIRST_MS = 2_000;
const MOST_MS = 15_000;
/** The longest wait of a conversation that waits alone, in milliseconds. */
const ALONE_MS = 4_000;
/** After so many failures in a row, about five minutes, even one that is alone tries less often. */
const PATIENT = 75;

/**
 * How long to wait when nothing gets through, in milliseconds. What gets through first wakes all who wait, so a few
 * try often, and many together not more often than they did. Pure but for the jitter.
 *
 * @param failures How often it failed in a row.
 * @param waiting How many wait, this one included.
 */
export function outageWaitMs(failures: number, waiting: number): number {
  const maxMs = failures > PATIENT ? MOST_MS : Math.min(ALONE_MS * waiting, MOST_MS);
  return backoff(failures, { firstMs: FIRST_MS, maxMs });
}

/** The conversations that wait because nothing of theirs gets through. */
export class Waits {
  readonly #sooner: Wakeup;
  #waiting = 0;

  /** @param sooner Ends all waits. */
  constructor(sooner: Wakeup) {
    this.#sooner = sooner;
  }

  /**
   * Waits after failures in a row, or until the signal aborts; never rejects.
   *
   * @param since See {@linkcode Wakeup.wait}.
   */
  async wait(failures: number, signal: AbortSignal, since?: number): Promise<void> {
    this.#waiting++;
    await this.#sooner.wait(outageWaitMs(failures, this.#waiting), signal, since);
    this.#waiting--;
  }
}

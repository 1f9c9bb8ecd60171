import { abortable } from "@std/async";
import { Serial } from "../base/waiting/serial.ts";
import { pause } from "../base/waiting/wakeup.ts";

/** How often something may happen: once in so many milliseconds, and so many times more at once. */
interface Pace {
  readonly everyMs: number;
  readonly burst: number;
}

/**
 * Feishu takes 1000 calls of one API in a minute, and 50 in a second (its page of frequency control). Live edits are
 * at most 891 and 46 of them; the rest is kept for answers and asks.
 */
const PACES: readonly Pace[] = [{ everyMs: 80, burst: 140 }, { everyMs: 28, burst: 10 }];

/**
 * Shares the edits that Feishu takes among the messages that grow at the same time: those that have something new
 * stand in line. While few grow, none waits. Many have a burst at first and then a steady pace; without it, the edits
 * of a minute would be used up after seconds, and every answer would wait for the next minute.
 */
export class EditShare {
  readonly #machines: () => number;
  readonly #line = new Serial();
  /** When each pace has forgotten all edits so far, by `performance.now()`. */
  #calmAt: readonly number[] = PACES.map(() => 0);

  /** @param machines How many machines use the app, this one included: each takes its part. */
  constructor(machines: () => number) {
    this.#machines = machines;
  }

  /**
   * Waits until one more edit may leave, or the signal aborts; never rejects.
   *
   * @returns Whether that took a while, so that there may be something newer to show.
   */
  async wait(signal: AbortSignal): Promise<boolean> {
    const since = performance.now();
    const first = this.#line.run(() => this.#first(signal));
    // A caller that gives up does not wait for those before it.
    await abortable(first, signal).catch(() => {});
    return performance.now() - since >= 1;
  }

  /** Waits at the head of the line. */
  async #first(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = performance.now();
      const machines = Math.max(this.#machines(), 1);
      const paces = PACES.map(({ everyMs, burst }, i) => ({
        everyMs: everyMs * machines,
        calmAt: Math.max(this.#calmAt[i] ?? 0, now),
        burstMs: everyMs * burst,
      }));
      const waitMs = Math.max(...paces.map(({ calmAt, burstMs }) => calmAt - burstMs - now));
      if (waitMs <= 0) {
        this.#calmAt = paces.map(({ calmAt, everyMs }) => calmAt + everyMs);
        return;
      }
      await pause(waitMs, signal);
    }
  }
}

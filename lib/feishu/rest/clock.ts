import { duration } from "../../base/time/duration.ts";
import type { Log } from "../../base/log.ts";

/** Clocks that differ by less, in milliseconds, count as the same. */
const TOLERANCE_MS = 60_000;
/** The answer to a request that took longer, in milliseconds, is too imprecise. So is one during which our clock was set. */
const SLOW_MS = 10_000;

/**
 * The difference between Feishu's clock and this machine's, learned from the `Date` header of Feishu's
 * answers. Inside the program all times are those of this machine.
 */
export class FeishuClock {
  readonly #log: Pick<Log, "warn">;
  #aheadMs = 0;

  constructor(log: Pick<Log, "warn">) {
    this.#log = log;
  }

  /** Learns from the headers of an answer; its request left at `sentAt` (ms since 1970, this machine). */
  learn(headers: Headers, sentAt: number): void {
    const now = Date.now();
    // The header has whole seconds, rounded down.
    const aheadMs = Date.parse(headers.get("date") ?? "") + 500 - (sentAt + now) / 2;
    // Small differences come from the network; following them would make times jump.
    if (
      now < sentAt || now - sentAt > SLOW_MS || !(Math.abs(aheadMs - this.#aheadMs) > TOLERANCE_MS)
    ) return;
    this.#aheadMs = Math.abs(aheadMs) > TOLERANCE_MS ? Math.round(aheadMs) : 0;
    if (this.#aheadMs === 0) return;
    const side = aheadMs > 0 ? "behind" : "ahead of";
    this.#log.warn(
      `this machine's clock is ${duration(Math.abs(aheadMs))} ${side} Feishu's: set it right`,
    );
  }

  /** This machine's time at a time of Feishu's; both in milliseconds since 1970. */
  ours(time: number): number {
    return time - this.#aheadMs;
  }

  /** Feishu's time at a time of this machine; both in milliseconds since 1970. */
  theirs(time: number): number {
    return time + this.#aheadMs;
  }
}

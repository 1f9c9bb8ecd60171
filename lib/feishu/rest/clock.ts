import { duration } from "../../base/duration.ts";
import type { Log } from "../../base/log.ts";

/** Clocks that are less apart, in milliseconds, count as the same. */
const TOLERANCE_MS = 60_000;
/** The answer of a request that took longer, in milliseconds, tells too little. */
const SLOW_MS = 10_000;

/**
 * How far Feishu's clock and this machine's are apart, learned from the `Date` of Feishu's answers.
 * Inside the program all times are those of this machine.
 */
export class FeishuClock {
  readonly #log: Pick<Log, "warn">;
  #aheadMs = 0;

  constructor(log: Pick<Log, "warn">) {
    this.#log = log;
  }

  /** Takes in an answer to a request that left at `sentAt` (ms since 1970, this machine's clock). */
  learn(headers: Headers, sentAt: number): void {
    const now = Date.now();
    // The header has whole seconds, cut off.
    const aheadMs = Date.parse(headers.get("date") ?? "") + 500 - (sentAt + now) / 2;
    // Small differences are the network's, and not worth that times jump about.
    if (now - sentAt > SLOW_MS || !(Math.abs(aheadMs - this.#aheadMs) > TOLERANCE_MS)) return;
    this.#aheadMs = Math.abs(aheadMs) > TOLERANCE_MS ? Math.round(aheadMs) : 0;
    if (this.#aheadMs === 0) return;
    const side = aheadMs > 0 ? "behind" : "ahead of";
    this.#log.warn(
      `this machine's clock is ${duration(Math.abs(aheadMs))} ${side} Feishu's: set it right`,
    );
  }

  /** A time of Feishu's as this machine's clock shows it; both in milliseconds since 1970. */
  ours(time: number): number {
    return time - this.#aheadMs;
  }

  /** A time of this machine's as Feishu's clock shows it; both in milliseconds since 1970. */
  feishus(time: number): number {
    return time + this.#aheadMs;
  }
}

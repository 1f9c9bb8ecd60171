import type { TwinClock } from "./clock.ts";
import { Refusal } from "./refusal.ts";

/** Calls that need a token and do not count (Feishu's page of the call limit). */
const FREE = /^\/open-apis\/event\//;
/** The platform's time zone is UTC+8. */
const ZONE_MS = 8 * 3_600_000;

/**
 * The calls that a tenant on the free edition has in a month, which begins in UTC+8. Then every call is refused
 * with HTTP 429 and 99991403 until the next month (Feishu's page of the call limit). Tokens, the long
 * connection and failed calls do not count.
 */
export class Contingent {
  readonly #clock: TwinClock;
  #perMonth: number;
  #month = "";
  #used = 0;

  constructor(clock: TwinClock, perMonth: number = Infinity) {
    this.#clock = clock;
    this.#perMonth = perMonth;
  }

  /** How many calls this month had. */
  get used(): number {
    const month = new Date(this.#clock.now() + ZONE_MS).toISOString().slice(0, 7);
    if (month !== this.#month) [this.#month, this.#used] = [month, 0];
    return this.#used;
  }

  /** Leaves so many calls for this month; `Infinity` for the paid editions. */
  leave(calls: number): void {
    this.#perMonth = this.used + calls;
  }

  /** Runs a call of a route, and counts it if it does not fail. */
  run<T>(route: { readonly open?: boolean; readonly path: string }, call: () => T): T {
    const counts = !route.open && !FREE.test(route.path);
    if (counts && this.used >= this.#perMonth) {
      throw new Refusal(99991403, "This month's API call quota has been exceeded", 429);
    }
    const result = call();
    if (counts) this.#used++;
    return result;
  }
}

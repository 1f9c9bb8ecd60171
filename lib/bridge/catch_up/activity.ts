import { placeOf } from "../../model/place.ts";
import type { Services } from "../services.ts";

/** How long something counts as having happened lately, in milliseconds. */
const RECENT_MS = 3_600_000;

/** When something last happened in each place. */
export class Activity {
  readonly #times = new Map<string, number>();
  readonly #clock: Services["chat"]["clock"];

  /** @param stored By conversation key, on the chat platform's clock. A chat includes its topics. */
  constructor(stored: ReadonlyMap<string, number>, clock: Services["chat"]["clock"]) {
    this.#clock = clock;
    for (const [key, time] of stored) {
      const { chatId } = placeOf(key);
      this.#times.set(key, time);
      this.#times.set(chatId, Math.max(time, this.#times.get(chatId) ?? 0));
    }
  }

  /** For how many milliseconds nothing happened. */
  quietMs(key: string): number {
    const time = this.#times.get(key);
    return time === undefined ? Infinity : this.#clock.theirs(Date.now()) - time;
  }

  /** When something last happened (ms since 1970); 0 if that is not known. */
  lastAt(key: string): number {
    return this.#times.get(key) ?? 0;
  }

  /** Whether something happened within the last hour. */
  isRecent(key: string): boolean {
    return this.quietMs(key) < RECENT_MS;
  }
}

import { RecentSet } from "../../base/recent_set.ts";

/** How long it is remembered that something has happened to a person once, in milliseconds: ten years. */
export const REMEMBERED_MS = 10 * 365 * 24 * 3_600_000;

/** Tells what happens for the first time. */
export interface FirstTimes {
  /** Notes a key for `ttlMs` milliseconds; resolves with whether it was new. */
  once(key: string, ttlMs: number): Promise<boolean>;
}

/** How many people are known without asking the store. Anybody may write. */
const KNOWN = 1_000;

/** The people who write to a bot that is open to everyone. */
export class Newcomers {
  readonly #store: FirstTimes;
  /** Those who wrote last: the store need not be asked about them. */
  readonly #known = new RecentSet<string>(KNOWN);

  constructor(store: FirstTimes) {
    this.#store = store;
  }

  /** Calls `say` once for each person, by `open_id`, but for the first one, who is likely the bot's owner. */
  async warn(openId: string, say: () => Promise<void>): Promise<void> {
    if (await this.#noteNew(openId)) await say();
  }

  /** Notes a person; resolves with whether it is a new one, and not the first. */
  async #noteNew(openId: string): Promise<boolean> {
    if (this.#known.has(openId)) return false;
    this.#known.add(openId);
    if (!await this.#store.once(`person/${openId}`, REMEMBERED_MS)) return false;
    return !await this.#store.once("person", REMEMBERED_MS);
  }
}

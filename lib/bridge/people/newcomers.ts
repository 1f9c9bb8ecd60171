/** How long people are remembered, in milliseconds: ten years. */
const REMEMBERED_MS = 10 * 365 * 24 * 3_600_000;

/** Tells what happens for the first time. */
export interface FirstTimes {
  /** Notes a key for `ttlMs` milliseconds; resolves with whether it was new. */
  once(key: string, ttlMs: number): Promise<boolean>;
}

/** The people who write to a bot that is open to everyone. */
export class Newcomers {
  readonly #store: FirstTimes;
  readonly #known = new Set<string>();

  constructor(store: FirstTimes) {
    this.#store = store;
  }

  /** Has somebody warned that a person, by `open_id`, is {@linkcode Newcomers.isUnexpected}. */
  async warn(openId: string, say: () => Promise<void>): Promise<void> {
    if (await this.isUnexpected(openId)) await say();
  }

  /** Whether a person is new, and not the first one, who is likely the bot's owner. */
  async isUnexpected(openId: string): Promise<boolean> {
    if (this.#known.has(openId)) return false;
    this.#known.add(openId);
    if (!await this.#store.once(`person/${openId}`, REMEMBERED_MS)) return false;
    return !await this.#store.once("person", REMEMBERED_MS);
  }
}

import type { Store } from "../store/store.ts";

/** How long people are remembered, in milliseconds: ten years. */
const REMEMBERED_MS = 10 * 365 * 24 * 3_600_000;

/** The people who write to a bot that is open to everyone. */
export class Newcomers {
  readonly #store: Pick<Store, "once">;
  readonly #known = new Set<string>();

  constructor(store: Pick<Store, "once">) {
    this.#store = store;
  }

  /** Whether a person is new, and not the first one, who is likely the bot's owner. */
  async isUnexpected(openId: string): Promise<boolean> {
    if (this.#known.has(openId)) return false;
    this.#known.add(openId);
    if (!await this.#store.once(`person/${openId}`, REMEMBERED_MS)) return false;
    return !await this.#store.once("person", REMEMBERED_MS);
  }
}

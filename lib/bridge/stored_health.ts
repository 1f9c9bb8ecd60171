import { deadline } from "@std/async";
import type { Health } from "../model/health.ts";
import type { PairedUser } from "../model/settings.ts";
import type { StoreTrouble } from "../model/store_trouble.ts";

/** What is asked of the store. */
export interface HealthStore {
  readonly trouble: StoreTrouble | undefined;
  undelivered(): Promise<number>;
  paired(): Promise<readonly PairedUser[]>;
}

/** How long the store may take to answer, in milliseconds. */
const ANSWER_MS = 3_000;

/** What the store knows of how a bridge is doing; while it gives no answer, what it knew last. */
export class StoredHealth {
  readonly #store: HealthStore;
  #known: Pick<Health, "undelivered" | "paired">;

  /** @param paired Who was paired at the start. */
  constructor(store: HealthStore, paired: readonly PairedUser[]) {
    this.#store = store;
    this.#known = { undelivered: 0, paired };
  }

  /** Asks the store; never rejects. */
  async read(): Promise<Pick<Health, "undelivered" | "paired" | "trouble">> {
    const store = this.#store;
    const asked = Promise.all([store.undelivered(), store.paired()]);
    this.#known = await deadline(asked, ANSWER_MS)
      .then(([undelivered, paired]) => ({ undelivered, paired }), () => this.#known);
    const { trouble } = store;
    return { ...this.#known, ...(trouble && { trouble }) };
  }
}

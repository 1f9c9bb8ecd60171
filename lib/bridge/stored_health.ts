import { deadline } from "@std/async";
import type { Log } from "../base/log.ts";
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

/** What the store knows of how a bridge is doing; while the store does not answer, the last known values. */
export class StoredHealth {
  readonly #store: HealthStore;
  readonly #log: Log;
  /** Whether the log was last told that a shared KV is away. */
  #isAway = false;
  #known: Pick<Health, "undelivered" | "paired">;

  /** @param paired Who was paired at the start. */
  constructor(store: HealthStore, paired: readonly PairedUser[], log: Log) {
    this.#store = store;
    this.#log = log;
    this.#known = { undelivered: 0, paired };
  }

  /** Asks the store, and logs when a shared KV goes away or is back; never rejects. */
  async read(): Promise<Pick<Health, "undelivered" | "paired" | "trouble">> {
    const store = this.#store;
    const asked = Promise.all([store.undelivered(), store.paired()]);
    this.#known = await deadline(asked, ANSWER_MS)
      .then(([undelivered, paired]) => ({ undelivered, paired }), () => this.#known);
    const { trouble } = store;
    const isAway = trouble?.of === "kv";
    if (isAway && !this.#isAway) this.#log.warn(`the shared KV cannot be reached: ${trouble.why}`);
    if (!isAway && this.#isAway) this.#log.info("the shared KV answers again");
    this.#isAway = isAway;
    return { ...this.#known, ...(trouble && { trouble }) };
  }
}

import type { Log } from "../base/log.ts";
import type { Store } from "../store/store.ts";
import type { Texts } from "../texts/texts.ts";

/** How long a code is valid, in milliseconds. */
const CODE_MS = 10 * 60_000;
/** How many wrong codes lock the pairing. */
const MAX_TRIES = 5;
/** How long the pairing stays locked, in milliseconds. */
const LOCK_MS = 15 * 60_000;

/** What a {@linkcode Pairing} needs. */
export interface PairingOptions {
  /** The `open_id`s of everyone paired so far. */
  readonly paired: readonly string[];
  readonly store: Pick<Store, "addPaired">;
  readonly texts: Texts;
  readonly log: Log;
}

/** Admits people who send the one-time code that the log in the terminal shows. */
export class Pairing {
  readonly #options: PairingOptions;
  readonly #paired: Set<string>;
  #code = "";
  #codeUntil = 0;
  #tries = 0;
  #lockedUntil = 0;

  constructor(options: PairingOptions) {
    this.#options = options;
    this.#paired = new Set(options.paired);
    this.#renew();
  }

  /** Whether a person, by `open_id`, was paired. */
  has(openId: string): boolean {
    return this.#paired.has(openId);
  }

  /** Checks a stranger's text as a code; resolves with the reply. */
  async try(openId: string, text: string): Promise<string> {
    const { texts, store, log } = this.#options;
    const now = Date.now();
    if (now < this.#lockedUntil) return texts.pairLocked;
    if (now > this.#codeUntil) this.#renew();
    const typed = text.replaceAll(/\s/g, "");
    if (!/^\d{8}$/.test(typed)) return texts.pairAsk;
    if (typed !== this.#code) {
      this.#tries++;
      if (this.#tries < MAX_TRIES) return texts.pairWrong(MAX_TRIES - this.#tries);
      this.#lockedUntil = now + LOCK_MS;
      this.#codeUntil = 0;
      log.warn(`pairing is locked for ${LOCK_MS / 60_000} minutes after ${MAX_TRIES} wrong codes`);
      return texts.pairLocked;
    }
    await store.addPaired(openId);
    this.#paired.add(openId);
    log.info(`${openId} was paired`);
    this.#renew();
    return texts.paired;
  }

  #renew(): void {
    const digits = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    this.#code = String(digits % 100_000_000).padStart(8, "0");
    this.#codeUntil = Date.now() + CODE_MS;
    this.#tries = 0;
    const shown = `${this.#code.slice(0, 4)} ${this.#code.slice(4)}`;
    this.#options.log.info(
      `pairing code: ${shown} (send it to the bot within ${CODE_MS / 60_000} minutes)`,
    );
  }
}

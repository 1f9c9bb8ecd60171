import type { Log } from "../base/log.ts";
import type { Store } from "../store/store.ts";
import type { Texts } from "../texts/texts.ts";

/** How long a code is good for, in milliseconds. */
const CODE_MS = 10 * 60_000;
/** Wrong codes before nobody can try any more. */
const MAX_TRIES = 5;
/** For how long that is, in milliseconds. */
const LOCK_MS = 15 * 60_000;

/** What a {@linkcode Pairing} needs. */
export interface PairingOptions {
  /** Who was let in before, by `open_id`. */
  readonly paired: readonly string[];
  readonly store: Pick<Store, "addPaired">;
  readonly texts: Texts;
  readonly log: Log;
}

/** Lets people in who can read the terminal: a one-time code stands there. */
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

  /** Whether this person was let in. */
  has(openId: string): boolean {
    return this.#paired.has(openId);
  }

  /** Takes what a stranger wrote for the code, if it looks like one; resolves with what to answer. */
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

import { describe } from "../../base/errors.ts";
import type { NoticeLog } from "../../base/log.ts";
import type { PairedUser } from "../../model/settings.ts";
import type { Texts } from "../../texts/texts.ts";

/** How long a code is valid, in milliseconds. */
const CODE_MS = 10 * 60_000;
/** For how long wrong codes count, and how long too many of them lock, in milliseconds. */
const LOCK_MS = 3_600_000;
/** How many wrong codes of one person lock that person out. */
const MAX_TRIES = 5;
/**
 * How many wrong codes lock the pairing for everyone. It takes twenty strangers who try at the same time
 * to get there, and at this rate they would need centuries to guess a code.
 */
const MAX_TRIES_OF_ALL = 100;

/** How long a text may be that is a code, with what people put between its digits. */
const MAX_TYPED = 20;

/** Where the people who were let in are stored, by `open_id`. */
export interface PairedPeople {
  /** Resolves with the time (ms since 1970) since when the person is in. */
  addPaired(openId: string): Promise<number>;
  removePaired(openId: string): Promise<void>;
}

/** What a {@linkcode Pairing} needs. */
export interface PairingOptions {
  /** Everyone paired so far, in the order of pairing. */
  readonly paired: readonly PairedUser[];
  readonly store: PairedPeople;
  /** Where the codes are of all machines that share the bot: any of them may get the message with one. */
  readonly codes?: SharedCodes | undefined;
  readonly log: NoticeLog;
}

/** The codes that machines show. */
export interface SharedCodes {
  /** Makes a code valid for so many milliseconds, in place of the one before. */
  offerCode(code: string, ttlMs: number, before: string): Promise<void>;
  /** Uses a code up; resolves with whether it counted until then. */
  takeCode(code: string): Promise<boolean>;
}

/** The wrong codes of one person, or of all, since the first of them. */
interface Tries {
  wrong: number;
  /** When they are forgotten, in milliseconds since 1970. */
  readonly until: number;
}

/** The digits of a text that may be a code, in any script's width; `undefined` for any other text. */
export function typedCode(text: string): string | undefined {
  const typed = text.length > MAX_TYPED ? "" : text.normalize("NFKC").replaceAll(/[\s-]/g, "");
  return /^\d{8}$/.test(typed) ? typed : undefined;
}

/** Admits people who send the one-time code that the log in the terminal shows. */
export class Pairing {
  readonly #options: PairingOptions;
  #people: readonly PairedUser[];
  #code = "";
  #codeUntil = 0;
  /** The code before, if nobody has used it. */
  #expired = "";
  /** The wrong codes by `open_id`. A stranger locks out nobody else. */
  readonly #tries = new Map<string, Tries>();
  #triesOfAll: Tries = { wrong: 0, until: 0 };

  constructor(options: PairingOptions) {
    this.#options = options;
    this.#people = options.paired;
    this.#renew();
  }

  /** Everyone who was paired, in the order of pairing. */
  get people(): readonly PairedUser[] {
    return this.#people;
  }

  /** Whether a person, by `open_id`, was paired. */
  has(openId: string): boolean {
    return this.#people.some((one) => one.openId === openId);
  }

  /** Learns who is paired; returns who is no longer. */
  learn(people: readonly PairedUser[]): string[] {
    const before = this.#people;
    this.#people = people;
    return before.map(({ openId }) => openId).filter((openId) => !this.has(openId));
  }

  /** Takes a pairing back. */
  async remove(openId: string): Promise<void> {
    // In force at once, even while the disk is full.
    this.#people = this.#people.filter((one) => one.openId !== openId);
    await this.#options.store.removePaired(openId);
    this.#options.log.info(`${openId} is no longer paired`);
  }

  /** Checks a stranger's text as a code; resolves with the reply, one of the texts. */
  async try(openId: string, text: string, texts: Texts): Promise<string> {
    const { store, log } = this.#options;
    const now = Date.now();
    if (this.isLocked(openId)) return texts.pairLocked;
    if (now > this.#codeUntil) {
      this.#expired = this.#code;
      this.#renew();
    }
    const typed = typedCode(text);
    if (typed === undefined) return texts.pairAsk;
    // Nobody could guess it: its sender read it on the computer, where the new code is.
    if (typed === this.#expired) return texts.pairExpired;
    const isOurs = typed === this.#code;
    // Used up before anything else happens: somebody else may send the same code at this moment.
    if (isOurs) this.#code = "";
    const { codes } = this.#options;
    const counts = codes === undefined ? isOurs : await codes.takeCode(typed);
    if (!counts) {
      if (isOurs) this.#renew();
      return isOurs ? texts.pairExpired : this.#countWrong(openId, now, texts);
    }
    try {
      const since = await store.addPaired(openId);
      this.#people = [...this.#people, { openId, since }];
      log.info(`${openId} was paired`);
    } finally {
      if (isOurs) this.#renew();
    }
    return texts.paired;
  }

  /** Whether no code of a person counts at the moment. */
  isLocked(openId: string): boolean {
    this.#forget(Date.now());
    return (this.#tries.get(openId)?.wrong ?? 0) >= MAX_TRIES ||
      this.#triesOfAll.wrong >= MAX_TRIES_OF_ALL;
  }

  #countWrong(openId: string, now: number, texts: Texts): string {
    const { log } = this.#options;
    const tries = this.#tries.get(openId) ?? { wrong: 0, until: now + LOCK_MS };
    this.#tries.set(openId, tries);
    tries.wrong++;
    this.#triesOfAll.wrong++;
    const minutes = `for ${LOCK_MS / 60_000} minutes`;
    if (this.#triesOfAll.wrong >= MAX_TRIES_OF_ALL) {
      log.warn(`pairing is locked ${minutes}: ${MAX_TRIES_OF_ALL} wrong codes of many people`);
    }
    if (tries.wrong < MAX_TRIES) return texts.pairWrong(MAX_TRIES - tries.wrong);
    log.warn(`pairing is locked for ${openId} ${minutes}: ${MAX_TRIES} wrong codes`);
    return texts.pairLocked;
  }

  /** Forgets old wrong codes, so that they do not fill the memory. */
  #forget(now: number): void {
    for (const [openId, { until }] of this.#tries) if (now > until) this.#tries.delete(openId);
    if (now > this.#triesOfAll.until) this.#triesOfAll = { wrong: 0, until: now + LOCK_MS };
  }

  #renew(): void {
    const { codes, log } = this.#options;
    const before = this.#code || this.#expired;
    const digits = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    this.#code = String(digits % 100_000_000).padStart(8, "0");
    this.#codeUntil = Date.now() + CODE_MS;
    codes?.offerCode(this.#code, CODE_MS, before)
      .catch((error) =>
        log.warn(`cannot tell other machines the pairing code: ${describe(error)}`)
      );
    const shown = `${this.#code.slice(0, 4)} ${this.#code.slice(4)}`;
    // Whoever set the level cannot use the bot without it.
    log.notice(
      `pairing code: ${shown} (send it to the bot within ${CODE_MS / 60_000} minutes)`,
    );
  }
}

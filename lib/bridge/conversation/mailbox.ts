import { Serial } from "../../base/waiting/serial.ts";
import type { IncomingMessage } from "../../model/message.ts";

/** What a {@linkcode Mailbox} needs. */
export interface MailboxOptions {
  /** Whether a resumed turn may have asked something that is not known yet. */
  readonly mayAsk: () => boolean;
  /** Waits until that is known, or for long enough. */
  readonly waitForAsks: () => Promise<void>;
}

/**
 * The rest of work that has begun and may take long, such as an answer on its way to the agent. It is inside an
 * object, so that whoever awaits the work does not await its rest as well.
 */
export interface Rest {
  readonly rest: Promise<void>;
}

/** There is no rest. */
export const DONE: Rest = { rest: Promise.resolve() };

/** Messages that were put aside. */
export interface PutAside {
  /** Those that wait for the asks of a resumed turn, oldest first. */
  readonly waiting: readonly IncomingMessage[];
  /** Takes out those of these messages that still wait, so that they are not handled; returns them. */
  skip(messages: readonly IncomingMessage[]): IncomingMessage[];
}

/** The work of a conversation, one piece at a time in the order of the calls. */
export class Mailbox implements PutAside {
  readonly #options: MailboxOptions;
  readonly #work = new Serial();
  /** What waits for the asks of a resumed turn, in order. */
  readonly #aside = new Serial();
  #putAside = 0;
  readonly #waiting = new Set<IncomingMessage>();

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  get waiting(): readonly IncomingMessage[] {
    return [...this.#waiting];
  }

  skip(messages: readonly IncomingMessage[]): IncomingMessage[] {
    return messages.filter((message) => this.#waiting.delete(message));
  }

  /**
   * Runs work after all earlier work that was not put aside. Returns its result.
   *
   * @param isLong Whether it may take long. Then only {@linkcode Mailbox.runAfterAsks} waits for it.
   */
  async run<T>(work: () => Promise<T>, isLong = false): Promise<T> {
    if (!isLong) return await this.#work.run(work);
    const { rest } = await this.#work.run(() => {
      const rest = work();
      this.#putBehind(() => rest.catch(() => {}));
      return Promise.resolve({ rest });
    });
    return await rest;
  }

  /**
   * Runs work in order, but not before it is known what a resumed turn asks. Until then the work is put aside, with
   * all later work of this kind, and holds up nothing else. The rest of work is put aside as well.
   *
   * @param message The message that the work handles, so that it can be skipped.
   * @param mayOvertake Whether the work overtakes what was put aside, once it is known what a resumed turn asks.
   */
  async runAfterAsks(
    work: () => Promise<Rest | void>,
    message?: IncomingMessage,
    mayOvertake: () => boolean = () => false,
  ): Promise<void> {
    const { mayAsk, waitForAsks } = this.#options;
    const aside = await this.#work.run(async () => {
      if (mayAsk() || (this.#putAside > 0 && !mayOvertake())) {
        if (message) this.#waiting.add(message);
        return this.#putBehind(async () => {
          await waitForAsks();
          const isSkipped = () => message && !this.#waiting.delete(message);
          const begun = await this.#work.run(async () => isSkipped() ? undefined : await work());
          await begun?.rest;
        });
      }
      const begun = await work();
      return begun && begun !== DONE ? this.#putBehind(() => begun.rest) : undefined;
    });
    await aside?.rest;
  }

  /** Runs work behind all that was put aside. */
  #putBehind(work: () => Promise<unknown>): Rest {
    this.#putAside++;
    const rest = this.#aside.run(async () => void await work());
    return { rest: rest.finally(() => this.#putAside--) };
  }

  /** Resolves when all work given so far has settled. */
  async settled(): Promise<void> {
    await this.#work.settled();
    await this.#aside.settled();
  }
}

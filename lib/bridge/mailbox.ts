import { Serial } from "../base/serial.ts";

/** What a {@linkcode Mailbox} needs. */
export interface MailboxOptions {
  /** Whether a resumed turn may have asked something that is not known yet. */
  readonly mayAsk: () => boolean;
  /** Waits until that is known, or for long enough. */
  readonly waitForAsks: () => Promise<void>;
}

/** The work of a conversation, one piece at a time in the order of the calls. */
export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #work = new Serial();
  /** What waits for the asks of a resumed turn, in order. */
  readonly #aside = new Serial();
  #putAside = 0;

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  /** Runs work after the earlier work, but for what was put aside. Returns its result. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#work.run(work);
  }

  /**
   * Runs work in order, and when it is known what a resumed turn asks. Until then it is put aside with all that
   * follows in this way, and holds up nothing else.
   */
  async runAfterAsks(work: () => Promise<void>): Promise<void> {
    const { mayAsk, waitForAsks } = this.#options;
    const aside = await this.#work.run(async () => {
      if (this.#putAside === 0 && !mayAsk()) return void await work();
      this.#putAside++;
      const done = this.#aside.run(async () => {
        await waitForAsks();
        await this.#work.run(work);
      });
      // In an object, as the mailbox must not wait for it.
      return { done: done.finally(() => this.#putAside--) };
    });
    await aside?.done;
  }

  /** Resolves when all work given so far has settled. */
  async settled(): Promise<void> {
    await this.#work.settled();
    await this.#aside.settled();
  }
}

import { describe, isRetryable } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { persist } from "../base/waiting/persist.ts";
import { Serial } from "../base/waiting/serial.ts";
import type { Wakeup } from "../base/waiting/wakeup.ts";
import { isUnavailable } from "./rest/codes.ts";

/**
 * For how long before a click is known an edit may be taken back, in milliseconds: the time in which a click
 * reaches us, with a margin.
 */
const TAKEN_BACK_MS = 5_000;
/** Messages that are kept before those not in use are forgotten. */
const MAX_MESSAGES = 100;

/** Makes an edit, or makes it once more: then nothing is known of what the card shows. */
export type Edit = (isAgain: boolean) => Promise<void>;

/** An edit that nothing came after yet. */
interface NewestEdit {
  readonly edit: Edit;
  readonly signal: AbortSignal;
  /** Aborted when a newer edit comes. */
  readonly newer: AbortController;
  /** Whether it waits to be made again. */
  isDue: boolean;
}

interface Edited {
  readonly queue: Serial;
  /** Even while it waits or runs. */
  newest: NewestEdit;
  /** When it last came or ended, by `performance.now()`. */
  at: number;
  /** Edits that have not ended. */
  running: number;
}

/**
 * The edits of each message, one at a time, and made again where a click takes them back: what reaches a card
 * between a click on it and the answer is refused, or undone when the click is answered (Feishu's page of
 * delayed card updates). The click is known here some time after it was made.
 */
export class CardEdits {
  readonly #log: Log;
  readonly #back: Wakeup | undefined;
  /** By message id. */
  readonly #messages = new Map<string, Edited>();

  /** @param back Notifies when what failed may succeed now. */
  constructor(log: Log, back?: Wakeup) {
    this.#log = log;
    this.#back = back;
  }

  /**
   * Makes an edit of a message after all earlier ones. It may be made again for some seconds.
   *
   * @param signal Ends the attempts to make it again.
   */
  async run(messageId: string, edit: Edit, signal: AbortSignal): Promise<void> {
    if (this.#messages.size > MAX_MESSAGES) this.#forgetOld();
    const newest = { edit, signal, newer: new AbortController(), isDue: false };
    const message = this.#messages.get(messageId) ??
      { queue: new Serial(), newest, at: 0, running: 0 };
    this.#messages.set(messageId, message);
    if (message.newest !== newest) message.newest.newer.abort();
    message.newest = newest;
    await this.#queued(message, () => edit(false));
  }

  /**
   * Makes the newest edit of a clicked message again, unless it is too old to be taken back, as often as it takes:
   * it may have been the last one.
   */
  clicked(messageId: string): void {
    const message = this.#messages.get(messageId);
    if (message === undefined || !isRecent(message)) return;
    const { newest } = message;
    // Once is enough for all clicks before that.
    if (newest.isDue) return;
    newest.isDue = true;
    const { edit, newer } = newest;
    const signal = AbortSignal.any([newest.signal, newer.signal]);
    const what = "show a clicked card again";
    const mayPass = (error: unknown) => isRetryable(error) && !isUnavailable(error);
    const again = { signal, log: this.#log, what, retryNow: this.#back, mayPass };
    void this.#queued(message, async () => {
      newest.isDue = false;
      if (!signal.aborted) await persist(() => edit(true), again);
    }).catch((error) => {
      if (!signal.aborted) this.#log.debug(`an edit is not made again: ${describe(error)}`);
    });
  }

  async #queued(message: Edited, work: () => Promise<void>): Promise<void> {
    message.at = performance.now();
    message.running++;
    try {
      await message.queue.run(work);
    } finally {
      message.at = performance.now();
      message.running--;
    }
  }

  #forgetOld(): void {
    for (const [id, message] of this.#messages) {
      if (!isRecent(message)) this.#messages.delete(id);
    }
  }
}

function isRecent({ running, at }: Edited): boolean {
  return running > 0 || performance.now() - at < TAKEN_BACK_MS;
}

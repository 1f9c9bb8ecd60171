import { describe, isRetryable } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { Serial } from "../base/serial.ts";

/**
 * For how long before a click is known an edit may be taken back, in milliseconds: the time in which a click
 * reaches us, with a margin.
 */
const TAKEN_BACK_MS = 5_000;
/** How often an edit is made again, in the worst case. */
const MAX_ATTEMPTS = 5;
/** Messages that are kept before those not in use are forgotten. */
const MAX_MESSAGES = 100;

/** Makes an edit, or makes it once more: then nothing is known of what the card shows. */
export type Edit = (isAgain: boolean) => Promise<void>;

interface Edited {
  readonly queue: Serial;
  /** The newest edit, even while it waits or runs. */
  newest: Edit;
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
  /** By message id. */
  readonly #messages = new Map<string, Edited>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Makes an edit of a message after all earlier ones. It may be made again for some seconds. */
  async run(messageId: string, edit: Edit): Promise<void> {
    if (this.#messages.size > MAX_MESSAGES) this.#forgetOld();
    const message = this.#messages.get(messageId) ??
      { queue: new Serial(), newest: edit, at: 0, running: 0 };
    this.#messages.set(messageId, message);
    message.newest = edit;
    await this.#queued(message, () => edit(false));
  }

  /** Makes the newest edit of a clicked message again, unless it is too old to be taken back. */
  clicked(messageId: string): void {
    const message = this.#messages.get(messageId);
    if (message === undefined || !isRecent(message)) return;
    const { newest } = message;
    void this.#queued(message, async () => {
      for (let attempts = 1; message.newest === newest; attempts++) {
        try {
          return await newest(true);
        } catch (error) {
          this.#log.debug(`an edit cannot be made again: ${describe(error)}`);
          if (!isRetryable(error) || attempts === MAX_ATTEMPTS) return;
        }
      }
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

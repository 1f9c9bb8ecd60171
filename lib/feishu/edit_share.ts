/** How many live edits all messages may get within a minute. Feishu takes 1000 calls of one API; the rest is kept for answers and asks. */
const PER_MINUTE = 900;
const MINUTE_MS = 60_000;
/** Over which time the edits that are left may be made, in milliseconds: a burst is allowed, but no drought follows. */
const SPREAD_MS = 20_000;

/**
 * Shares the edits that Feishu takes in a minute among the messages that grow at the same time. Without it they
 * would be used up after seconds, and every answer would wait for the next minute.
 */
export class EditShare {
  /** The edits of the last minute, oldest first, from `#first` on. */
  #edits: { readonly uuid: string; readonly at: number }[] = [];
  #first = 0;
  /** The `uuid` of a message's slot → how many of these are its. */
  readonly #messages = new Map<string, number>();

  /** Notes that a message, by the `uuid` of its slot, gets an edit. */
  note(uuid: string, now: number = performance.now()): void {
    this.#forgetOld(now);
    this.#edits.push({ uuid, at: now });
    this.#messages.set(uuid, (this.#messages.get(uuid) ?? 0) + 1);
  }

  /** Least milliseconds between two edits of one message. */
  leastMs(now: number = performance.now()): number {
    this.#forgetOld(now);
    const left = PER_MINUTE - (this.#edits.length - this.#first);
    return Math.min(this.#messages.size * SPREAD_MS / Math.max(left, 1), MINUTE_MS);
  }

  #forgetOld(now: number): void {
    const from = now - MINUTE_MS;
    for (let edit = this.#edits[this.#first]; edit && edit.at < from;) {
      const count = (this.#messages.get(edit.uuid) ?? 0) - 1;
      if (count > 0) this.#messages.set(edit.uuid, count);
      else this.#messages.delete(edit.uuid);
      edit = this.#edits[++this.#first];
    }
    if (this.#first <= PER_MINUTE) return;
    this.#edits = this.#edits.slice(this.#first);
    this.#first = 0;
  }
}

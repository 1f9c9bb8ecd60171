import type { LedgerRow } from "../../model/ledger.ts";

/** The time that is looked back on, in milliseconds. */
const WINDOW_MS = 60_000;
/** How often the same message may be sent to a conversation within that time. */
const MAX_SAME = 8;

/** Keeps a fault that loops from flooding a chat: the same message is sent only so often. */
export class Repeats {
  #sent: { readonly conversation: string; readonly view: string; readonly at: number }[] = [];

  /** How long a row has to wait, in milliseconds; 0 if it may be sent now. */
  waitMs(row: LedgerRow): number {
    // Changes of a message flood nobody.
    if (row.slot.messageId !== undefined) return 0;
    const now = performance.now();
    this.#sent = this.#sent.filter(({ at }) => now - at < WINDOW_MS);
    const view = JSON.stringify(row.view);
    const same = this.#sent.filter((one) =>
      one.conversation === row.conversation && one.view === view
    );
    const first = same.at(-MAX_SAME);
    return first === undefined ? 0 : first.at + WINDOW_MS - now;
  }

  /** Notes that a row was sent. */
  note({ conversation, view, slot }: LedgerRow): void {
    if (slot.messageId !== undefined) return;
    this.#sent.push({ conversation, view: JSON.stringify(view), at: performance.now() });
  }
}

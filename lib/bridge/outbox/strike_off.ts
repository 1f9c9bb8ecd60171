import { type LedgerRow, newRow } from "../../model/ledger.ts";
import type { Chat } from "../../model/ports.ts";
import type { Slot } from "../../model/slot.ts";
import type { Store } from "../../store/store.ts";

/** Called with a row that was delivered, and with the row of the message that announces it, if there is one. */
export type OnShown = (row: LedgerRow, ping?: LedgerRow) => void;

/** What {@linkcode strikeOff} needs. */
export interface StrikeOffOptions {
  readonly store: Store;
  readonly chat: Pick<Chat, "slot" | "offers">;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/**
 * Strikes a row that was delivered off the ledger, or keeps it for its next change. What announces it takes its
 * place in the same step, so that it comes once, and never before what it announces. Wakes nobody.
 *
 * @param slot The slot of the message that shows the row now.
 */
export async function strikeOff(
  row: LedgerRow,
  slot: Slot,
  { store, chat, signal }: StrikeOffOptions,
): Promise<{ readonly shown: LedgerRow; readonly ping?: LedgerRow }> {
  const { shownAt = Date.now() } = row;
  const ping = pingOf(row, slot, chat);
  // If the row changed while it was being sent, it is delivered once more.
  await store.updateRow(row, (now) => {
    const isCurrent = JSON.stringify(now?.view) === JSON.stringify(row.view);
    if (now === undefined || (isCurrent && !now.keep && !now.again)) return undefined;
    const { ping: _, buzzes: _buzzes, ...kept } = now;
    return { ...kept, slot, shown: isCurrent, shownAt };
  }, {
    sent: [{ ...slot, ...(row.isAnswer && { isAnswer: true }) }],
    rows: ping ? [ping] : [],
  });
  // It comes once, and is not repeated after a crash: the message is there.
  if (row.buzzes && row.ping === undefined) void chat.offers.buzz(slot, row.buzzes, signal);
  return { shown: { ...row, slot, shownAt }, ...(ping && { ping }) };
}

/**
 * The row of the message that announces a delivered one. It quotes it. A text is what a phone shows in full
 * without being opened.
 */
function pingOf(
  { id, conversation, ping, buzzes, slot: before }: LedgerRow,
  { messageId = "", target }: Slot,
  chat: Pick<Chat, "slot">,
): LedgerRow | undefined {
  // Also one that took the place of another is new. A group may be muted for all but mentions.
  const isNew = messageId !== before.messageId;
  const isNeeded = !isNew || ping?.mentions !== undefined || buzzes !== undefined;
  if (ping === undefined || !isNeeded) return undefined;
  // The same after a crash.
  const own = `${id}.ping`;
  const slot = chat.slot({ ...target, replyTo: messageId }, own, "text");
  return { ...newRow(conversation, slot, ping, own), ...(buzzes && { buzzes }) };
}

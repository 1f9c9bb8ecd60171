import type { LedgerRow } from "../../model/ledger.ts";
import type { Outcome, TurnRecord } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";

/**
 * The rows of a turn's end for somebody who was removed meanwhile. They say so in place of how to go on, which only
 * others can, and offer nothing to do again.
 */
export function rowsForRemoved(
  rows: readonly LedgerRow[],
  { sender }: Pick<TurnRecord, "sender">,
  outcome: Outcome,
  texts: Pick<Texts, "userGone">,
): LedgerRow[] {
  return rows.map(({ again: _, view: { note: _note, buttons: _buttons, ...view }, ...row }) => ({
    ...row,
    // A turn that came to its end was not stopped.
    view: view.status === outcome && outcome !== "done"
      ? { ...view, note: texts.userGone(sender) }
      : view,
  }));
}

import type { LedgerRow } from "../../model/ledger.ts";
import type { PressedView } from "../../model/view.ts";
import type { Effects } from "../effects.ts";
import { isOurs } from "../machines/is_ours.ts";
import type { Services } from "../services.ts";

/**
 * Ends what a conversation offers to do again, as another turn begins.
 *
 * @param turn The id of that turn.
 */
export async function endOffers(
  conversation: string,
  turn: string,
  { store }: Pick<Services, "store">,
): Promise<Effects | undefined> {
  const offers = (await store.rows(conversation))
    .filter(({ again }) => again !== undefined && again.turn !== turn);
  if (offers.length === 0) return undefined;
  return {
    rowChanges: offers.map(({ id }) => ({ id, conversation, change: withdraw })),
  };
}

/** Ends what was offered before a time (ms since 1970), so that nothing is kept for it forever. */
export async function endOldOffers(
  before: number,
  { store }: Pick<Services, "store">,
): Promise<void> {
  const rows = (await store.rows()).filter(({ conversation }) => isOurs(store, conversation));
  for (const row of rows) {
    if (row.again && row.shown && row.createdAt < before) await store.updateRow(row, withdraw);
  }
}

/** A row whose offer is taken. @param pressed Who took it by its button; the card does not change without. */
export function taken(row: LedgerRow, pressed: PressedView | undefined): LedgerRow | undefined {
  if (pressed === undefined) return withdrawn(row);
  const { again: _, ...rest } = row;
  return { ...rest, view: { ...row.view, buttons: [], pressed }, shown: false };
}

function withdraw(row: LedgerRow | undefined): LedgerRow | undefined {
  return row?.again === undefined ? row : withdrawn(row);
}

/** A row without its offer. What was delivered stays as it is: an edit is a call that nobody needs. */
function withdrawn({ again: _, ...row }: LedgerRow): LedgerRow | undefined {
  return row.shown ? undefined : { ...row, view: { ...row.view, buttons: [] } };
}

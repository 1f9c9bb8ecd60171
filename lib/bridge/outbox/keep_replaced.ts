import { newRow } from "../../model/ledger.ts";
import type { ShowOptions } from "../../model/show_options.ts";
import type { Slot } from "../../model/slot.ts";
import type { View } from "../../model/view.ts";
import type { Store } from "../../store/store.ts";

const REPLACED: View = { status: "plain", isReplaced: true };

/**
 * The option that puts what becomes of an old message, in whose place another one stands, into the ledger: as a row
 * of a conversation. The row of the other one is struck off after that, so that no crash in between leaves the old
 * message as it is.
 */
export function keepReplaced(
  conversation: string,
  store: Pick<Store, "commit">,
): Pick<ShowOptions, "keepReplaced"> {
  const keepReplaced = async (old: Slot) => {
    // The same after a crash.
    const id = `${old.messageId ?? old.uuid}.old`;
    await store.commit({ rows: [newRow(conversation, old, REPLACED, id)] });
  };
  return { keepReplaced };
}

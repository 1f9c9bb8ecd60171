import type { ConversationRecord } from "../model/conversation.ts";
import type { LedgerRow } from "../model/ledger.ts";
import type { IncomingMessage } from "../model/message.ts";
import type { Slot } from "../model/slot.ts";
import type { TurnRecord } from "../model/turn.ts";

/** Changes of the store that happen together or not at all. */
export interface Changes {
  /** Struck off the inbox. */
  readonly handled?: readonly IncomingMessage[];
  readonly conversation?: ConversationRecord;
  /** Turns that are new, or as they are now. */
  readonly turns?: readonly TurnRecord[];
  /** Turns that are over: they are not kept. */
  readonly closed?: readonly TurnRecord[];
  /** Rows that are new to the ledger. */
  readonly rows?: readonly LedgerRow[];
  /** Rows that may have changed since they were read. */
  readonly rowChanges?: readonly RowChange[];
  /** Messages of ours that exist in the chat. */
  readonly sent?: readonly Slot[];
}

/** A change of one row of the ledger, whatever else changes it at the same time. */
export interface RowChange {
  readonly conversation: string;
  readonly id: string;
  /**
   * Gets the row as it is, or nothing. What it returns is stored: the same value changes nothing,
   * `undefined` deletes. It may be called more than once.
   */
  readonly change: (row: LedgerRow | undefined) => LedgerRow | undefined;
}

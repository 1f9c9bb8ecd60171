import type { AlwaysRule } from "../model/always_rule.ts";
import type { ConversationRecord } from "../model/conversation.ts";
import type { LedgerRow } from "../model/ledger.ts";
import type { IncomingMessage } from "../model/message.ts";
import type { Schedule } from "../model/schedule.ts";
import type { Slot } from "../model/slot.ts";
import type { TurnRecord } from "../model/turn.ts";

/** Changes of the store that are committed together or not at all. */
export interface Changes {
  /** Messages to remove from the inbox. */
  readonly handled?: readonly Pick<IncomingMessage, "messageId">[];
  /** Changed messages of the inbox. */
  readonly received?: readonly IncomingMessage[];
  readonly conversation?: ConversationRecord;
  /** Conversations that begin, with the time of their first messages (ms since 1970, the chat platform's clock). */
  readonly begun?: readonly { readonly record: ConversationRecord; readonly at: number }[];
  /** New or changed turns. */
  readonly turns?: readonly TurnRecord[];
  /** Turns that have ended; they are deleted. */
  readonly closed?: readonly TurnRecord[];
  /** New rows of the ledger. */
  readonly rows?: readonly LedgerRow[];
  /** Changes of rows that something else may change at the same time. */
  readonly rowChanges?: readonly RowChange[];
  /** The bridge's own messages that now exist in the chat. */
  readonly sent?: readonly (Slot & Pick<LedgerRow, "isAnswer">)[];
  /** What *always* allows from now on. */
  readonly allowed?: readonly AlwaysRule[];
  /** What it allows no longer. */
  readonly forgotten?: readonly Pick<AlwaysRule, "id">[];
  /** What has happened, for `Store.happened`, and how long that counts in milliseconds. */
  readonly happened?: readonly { readonly key: string; readonly ttlMs: number }[];
  /** Changes of schedules that something else may change at the same time. */
  readonly schedules?: readonly ScheduleChange[];
}

/** A change of one schedule that is safe against concurrent changes; see {@linkcode RowChange}. */
export interface ScheduleChange extends Pick<Schedule, "conversation" | "id"> {
  readonly change: (schedule: Schedule | undefined) => Schedule | undefined;
}

/** A change of one row of the ledger that is safe against concurrent changes. */
export interface RowChange {
  readonly conversation: string;
  readonly id: string;
  /**
   * Receives the current row, if it exists, and returns the new one. Returning the same object changes
   * nothing; returning `undefined` deletes the row. It may be called more than once.
   */
  readonly change: (row: LedgerRow | undefined) => LedgerRow | undefined;
}

import { newId } from "../base/ids.ts";
import type { AlwaysRule } from "./always_rule.ts";
import type { ScheduledRun } from "./schedule.ts";
import type { Slot } from "./slot.ts";
import type { Work } from "./turn.ts";
import type { View } from "./view.ts";

/** One row of the ledger: a message that must reach a chat. */
export interface LedgerRow {
  readonly id: string;
  /** The conversation's key. Rows of one conversation are sent in order. */
  readonly conversation: string;
  readonly slot: Slot;
  readonly view: View;
  /** In milliseconds since 1970. */
  readonly createdAt: number;
  /** It says what the agent answered; other rows are notices of the bridge. */
  readonly isAnswer?: true;
  /**
   * A further message, sent once this one is delivered, because an edit notifies nobody. It is left out if this
   * message is new itself, unless it mentions somebody or makes a phone ring.
   */
  readonly ping?: View;
  /** Whose phones ring for that, by `open_id`. */
  readonly buzzes?: readonly string[];
  /** Keep the row after delivery, because it will change: an open question. */
  readonly keep?: boolean;
  /** The current view is delivered; the row waits for a change. */
  readonly shown?: boolean;
  /** When the row was first delivered, in milliseconds since 1970. */
  readonly shownAt?: number;
  /** What is needed to reopen a fenced ask after a restart. */
  readonly memo?: FencedAskMemo;
  /** What *always* would allow, if the card asks for a permission. */
  readonly allows?: Allows;
  /** What can be done again. The row is kept after delivery until another turn begins, or for as long as files. */
  readonly again?: Again;
  /** An answer to what it asks was given here, and may have reached the agent. */
  readonly isAnswered?: true;
  /** Why the last attempt failed, for `/status`. */
  readonly lastError?: string;
  /** The chat has refused it: it is not just that nothing gets through for now. */
  readonly isRefused?: true;
}

/** What *always* would allow in the directory of a permission. */
export type Allows = Pick<AlwaysRule, "permission" | "patterns">;

/** A turn that has ended without what was wanted. */
export interface Again {
  /** The id of the turn. */
  readonly turn: string;
  /** The session that can go on with it, if one can. */
  readonly session?: string;
  /** What was asked of the agent; not set if nobody asked for it here. */
  readonly work?: Work;
  /** Whose turn it was, by `open_id`. */
  readonly sender: string;
}

/** A question that the agent put into a fenced `ask` block at the end of its answer. */
export interface FencedAskMemo {
  /** The text inside the fence, which is JSON. */
  readonly block: string;
  /** Whose turn it was, by `open_id`. */
  readonly sender: string;
  /** How many such questions the agent asked in a row before this one. */
  readonly round: number;
  /** The id of the request of a script that it is about. */
  readonly script?: string;
  /** Set if a run of a schedule asks: it goes on with the answer. */
  readonly scheduled?: ScheduledRun;
}

/** Whether a row is a message that has not arrived yet. What becomes of an old message does not count. */
export function isUndelivered({ shown, view }: LedgerRow): boolean {
  return !shown && !view.isReplaced;
}

/** The id of one of several rows that derive from the same thing, by its number. The ids sort by it. */
export function numberedId(base: string, i: number): string {
  return `${base}.${String(i).padStart(3, "0")}`;
}

/** Creates a row. Pass an `id` if the same row may be created again after a crash. */
export function newRow(
  conversation: string,
  slot: Slot,
  view: View,
  id: string = newId(),
): LedgerRow {
  return { id, conversation, slot, view, createdAt: Date.now() };
}

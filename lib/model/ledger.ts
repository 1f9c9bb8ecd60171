import { newId } from "../base/ids.ts";
import type { Slot } from "./slot.ts";
import type { View } from "./view.ts";

/** One row of the ledger: a message that must reach a chat. */
export interface LedgerRow {
  readonly id: string;
  /** The conversation's key; rows of one conversation are sent in order. */
  readonly conversation: string;
  readonly slot: Slot;
  readonly view: View;
  /** When it was made, in milliseconds since 1970. */
  readonly createdAt: number;
  /** Stays after it was delivered, because it will change: a question that is open. */
  readonly keep?: boolean;
  /** Delivered as it is now; waits for a change. */
  readonly shown?: boolean;
  /** What is needed to open the question again after a restart, when nothing else can tell. */
  readonly memo?: FencedAskMemo;
  /** Why the last attempt failed, for `/status`. */
  readonly lastError?: string;
}

/** A question that the agent put into its answer. */
export interface FencedAskMemo {
  /** The JSON inside the fence. */
  readonly block: string;
  /** Whose turn it was, by `open_id`. */
  readonly sender: string;
  /** How many times the agent has asked in a row. */
  readonly round: number;
}

/** Makes a row. Give an `id` where the same row can be made again after a crash. */
export function newRow(
  conversation: string,
  slot: Slot,
  view: View,
  id: string = newId(),
): LedgerRow {
  return { id, conversation, slot, view, createdAt: Date.now() };
}

import type { ConversationRecord } from "../../model/conversation.ts";
import type { Asks } from "../asks/asks.ts";
import type { Committer } from "../effects.ts";

/** The part of a conversation that a turn uses. */
export interface TurnConversation extends Committer {
  /** The current record. */
  readonly record: ConversationRecord;
  readonly asks: Asks;
  /** The running turn and those that wait. */
  readonly queue: { readonly turns: readonly unknown[] };
  /** Settled when the turns of others that are known are in the queue. */
  readonly others: { settled(): Promise<void> };
}

import type { ConversationRecord } from "../../model/conversation.ts";
import type { Asks } from "../asks/asks.ts";
import type { Effects } from "../effects.ts";

/** The part of a conversation that a turn uses. */
export interface TurnConversation {
  /** The current record. */
  readonly record: ConversationRecord;
  readonly asks: Asks;
  commit(effects: Effects): Promise<void>;
}

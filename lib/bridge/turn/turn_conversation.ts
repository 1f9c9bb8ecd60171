import type { ConversationRecord } from "../../model/conversation.ts";
import type { Asks } from "../asks/asks.ts";
import type { Effects } from "../effects.ts";

/** The conversation of a turn. */
export interface TurnConversation {
  /** As it is now. */
  readonly record: ConversationRecord;
  readonly asks: Asks;
  commit(effects: Effects): Promise<void>;
}

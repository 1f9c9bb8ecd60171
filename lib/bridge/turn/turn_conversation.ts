import type { ConversationRecord } from "../../model/conversation.ts";
import type { Asks } from "../asks/asks.ts";
import type { Committer } from "../effects.ts";
import type { SteerQueue } from "./steering.ts";

/** The part of a conversation that a turn uses. */
export interface TurnConversation extends Committer {
  /** The current record. */
  readonly record: ConversationRecord;
  readonly asks: Asks;
  /** The running turn and those that wait. */
  readonly queue: Pick<SteerQueue, "turns">;
  /** The turns of others: settled when those that are known are in the queue. */
  readonly others: {
    settled(): Promise<void>;
    /** Looks for more of them. */
    look(): Promise<void>;
  };
}

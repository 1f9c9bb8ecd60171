import type { ConversationRecord } from "../../model/conversation.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { Target } from "../../model/place.ts";
import type { View } from "../../model/view.ts";
import type { Asks } from "../asks/asks.ts";
import type { Committer, Effects } from "../effects.ts";
import type { PutAside } from "./mailbox.ts";
import type { Steered } from "../turn/steering.ts";
import type { TurnConversation } from "../turn/turn_conversation.ts";
import type { TurnQueue } from "../turn/turn_queue.ts";
import type { VoiceMessages } from "../voice/voice_messages.ts";

/** The part of a conversation that a `MessageHandler` uses. */
export interface HandlerConversation extends Committer {
  /** The current record. */
  readonly record: ConversationRecord;
  readonly queue: TurnQueue;
  readonly asks: Asks;
  readonly mailbox: PutAside;
  readonly voice: Pick<VoiceMessages, "hear" | "sweep">;
  /** See `TurnConversation`. */
  readonly others: TurnConversation["others"];
  /** Waits until the asks of a resumed turn are known, or for long enough. */
  waitForAsks(): Promise<void>;
  /** Puts a waiting turn into the running one; see `steerTurn`. */
  steer(turnId: string): Promise<Steered>;
  /** Commits the effects of a message and removes it from the inbox. */
  finish(message: IncomingMessage, effects?: Effects): Promise<void>;
  /** The effects of a message going along with another one: it needs no handling of its own. */
  absorb(messageId: string): Promise<Effects>;
  /** Handles a message again later, because its handling failed. */
  retry(message: IncomingMessage, error: unknown): void;
  /** Creates rows that send a text or views to the chat. */
  rows(target: Target, content: string | readonly View[]): LedgerRow[];
}

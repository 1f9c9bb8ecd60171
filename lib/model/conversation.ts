import type { SavedFile } from "./message.ts";
import type { Place } from "./place.ts";

/** A chat or topic, bound to one session of the agent in one directory. */
export interface ConversationRecord extends Place {
  /** See `conversationKey`. */
  readonly key: string;
  readonly directory: string;
  /** Unset until the first prompt, and after `/new` or `/cwd`. */
  readonly sessionId?: string;
  /** `provider/model`, when somebody chose one. */
  readonly model?: string;
  /** The agent of opencode (`build`, `plan`, …), when somebody chose one. */
  readonly agent?: string;
  /** The sessions that were listed last, for those who type the number of one. */
  readonly listed?: readonly string[];
  /** The last undo or redo: the message that asked for it, and how far it goes. */
  readonly undo?: { readonly by: string; readonly to: string | null };
  /** Files that wait for the text that says what to do with them. */
  readonly files?: readonly SavedFile[];
}

/** Changes a conversation's record. */
export type ConversationUpdate = (record: ConversationRecord) => ConversationRecord;

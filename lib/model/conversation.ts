import type { SavedFile } from "./message.ts";
import type { Place } from "./place.ts";

/** The stored state of a conversation: a chat or topic bound to one agent session in one directory. */
export interface ConversationRecord extends Place {
  /** Made by `conversationKey`. */
  readonly key: string;
  readonly directory: string;
  /** Unset until the first prompt, and after `/new` or `/cwd`. */
  readonly sessionId?: string;
  /** `provider/model`, if somebody chose one. */
  readonly model?: string;
  /** opencode's agent (`build`, `plan`, …), if somebody chose one. */
  readonly agent?: string;
  /** The ids of the sessions last listed in the chat, which `/resume` takes by number. */
  readonly listed?: readonly string[];
  /** The last undo or redo: the id of its message, and the first undone turn (`null`: none). */
  readonly undo?: { readonly by: string; readonly to: string | null };
  /** Files that wait for a text that says what to do with them. */
  readonly files?: readonly SavedFile[];
}

/** Changes a conversation's record. */
export type ConversationUpdate = (record: ConversationRecord) => ConversationRecord;

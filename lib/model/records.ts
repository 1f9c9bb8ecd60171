/** What is kept across restarts, as plain values; `store.ts` keeps them. */
import type { Target } from "../feishu/rest/api.ts";
import type { View } from "./view.ts";
import type { RenderMode } from "./slot.ts";
import type { TurnRef } from "../opencode/v1/api.ts";
import type { Task } from "../opencode/v1/post.ts";

/** A chat, or a topic inside one, bound to one opencode session in one directory. */
export interface Conversation {
  /** The chat's id, with the topic's behind a `/` where there is one. */
  readonly key: string;
  readonly chatId: string;
  readonly threadId?: string;
  readonly chatType: "p2p" | "group";
  readonly directory: string;
  /** Unset until the first prompt, and after `/new` or `/cwd`. */
  readonly sessionId?: string;
  /** `provider/model`, when somebody chose one. */
  readonly model?: string;
  /** The agent, when somebody chose one. */
  readonly agent?: string;
  /** The sessions that were listed last, for those who type the number of one. */
  readonly listed?: readonly string[];
  /** The last undo or redo: the message that asked for it, and how far it goes. */
  readonly undo?: { readonly by: string; readonly to: string | null };
  /** Files that wait for the text that says what to do with them. */
  readonly files?: readonly SavedFile[];
}

/** An attachment on this machine. */
export interface SavedFile {
  readonly path: string;
  readonly name: string;
  /** What Feishu said that it is. */
  readonly mime: string;
  readonly bytes: number;
}

export type { Target };

/** One message of ours in a chat, before and after it exists there. */
export interface Slot {
  /** Feishu's `uuid`: for one hour, sends with the same one make one message. */
  readonly uuid: string;
  readonly target: Target;
  /** How it is (to be) drawn; a refusal moves it on. */
  readonly mode: RenderMode;
  /** Set once Feishu returned it. */
  readonly messageId?: string;
  /** When a create request first left; until `messageId` is set, its outcome is not known. */
  readonly triedAt?: number;
  /** When the last one left. */
  readonly lastTriedAt?: number;
  /** How often it was edited; Feishu allows 20 edits of a post or text. */
  readonly edits?: number;
  /** Its card may be streaming, which only the same way of editing can end. */
  readonly streams?: true;
}

/** What a person wants of the agent. */
export interface Work {
  readonly text: string;
  /** What came with it. */
  readonly files?: readonly SavedFile[];
  /** Set when it is no prompt for the model. */
  readonly task?: Task;
}

/** A prompt from the moment it is accepted until its final answer is in the ledger. */
export interface Prompt extends Work {
  readonly id: string;
  /** {@linkcode Conversation.key} */
  readonly conversation: string;
  readonly messageId: string;
  readonly sender: string;
  readonly createdAt: number;
  /** The message that shows the turn. */
  readonly slot: Slot;
  /** Set when the turn has begun. */
  readonly run?: Run;
  /** How many questions of the agent, one after the other, led to this prompt. */
  readonly round?: number;
  /** The id of the question in the chat to which it is the answer. */
  readonly answers?: string;
  /** Somebody asked for an end of this turn. */
  readonly cancelled?: boolean;
}

/** A prompt's turn in opencode; the ids are made and stored before the request that uses them. */
export interface Run extends TurnRef {
  /** When opencode accepted the prompt. */
  readonly postedAt?: number;
}

/** One row of the ledger: a message that must reach a chat. */
export interface Row {
  readonly id: string;
  /** {@linkcode Conversation.key}; rows of one conversation are sent in order. */
  readonly conversation: string;
  readonly slot: Slot;
  readonly view: View;
  readonly createdAt: number;
  /** Stays after it was delivered, because it will change: a question that is open. */
  readonly keep?: boolean;
  /** Delivered as it is now; waits for a change. */
  readonly shown?: boolean;
  /** What is needed to open the question again after a restart, when nothing else can tell. */
  readonly memo?: AskMemo;
  /** Why the last attempt failed, for `/status`. */
  readonly lastError?: string;
}

/** A question that the agent put into its answer. */
export interface AskMemo {
  /** The JSON inside the fence. */
  readonly block: string;
  /** Whose turn it was. */
  readonly sender: string;
  /** How many times the agent has asked in a row. */
  readonly round: number;
}

export { newId } from "../base/ids.ts";

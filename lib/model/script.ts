import type { Outcome } from "./turn.ts";

/** What a script on this machine asks of the bridge. */
export type ScriptRequest = ListChats | SendMessage | AskAgent;

/** The chats that there are; only those that a text means, if one is given. */
export interface ListChats {
  readonly kind: "chats";
  readonly chat?: string;
}

/** A message, a file, or both into a chat. */
export interface SendMessage {
  readonly kind: "send";
  /** The name of a chat, person or topic, or an id. */
  readonly chat: string;
  /** Requests with the same id are one. */
  readonly id: string;
  readonly text: string;
  readonly file?: SentContent;
}

/** A file that comes with a request. */
export interface SentContent {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A prompt for the agent in the conversation of a chat. */
export interface AskAgent {
  readonly kind: "ask";
  readonly chat: string;
  /** Requests with the same id are one: the later ones get the same answer. */
  readonly id: string;
  readonly text: string;
}

/** A chat as scripts know it. */
export interface ListedChat {
  /** The id of the chat, or of the topic. */
  readonly id: string;
  readonly kind: "direct" | "group" | "topic";
  /** The name of the group, or of the person; empty if it is not known. Topics have the title of their session. */
  readonly name: string;
  /** The id of the chat, which differs from `id` for a topic. */
  readonly chat: string;
  /** The person of a direct chat, by `open_id`, if known. */
  readonly person?: string;
  /** Where the agent works, and in which session, if the bot was used there. */
  readonly directory?: string;
  readonly session?: string;
}

/** What the bridge says to a script. Each ends the request, except `asked`, and `accepted` for a prompt. */
export type ScriptReply =
  | ChatsReply
  | AcceptedReply
  | AskedReply
  | AnswerReply
  | UnclearChat
  | RefusedReply;

/** The chats. */
export interface ChatsReply {
  readonly kind: "chats";
  readonly chats: readonly ListedChat[];
  /** The scopes without which there are fewer names. */
  readonly missing: readonly string[];
}

/** A message is in the ledger, or a prompt in the queue. */
export interface AcceptedReply {
  readonly kind: "accepted";
  readonly chat: ListedChat;
  /** It was accepted before. */
  readonly isRepeated: boolean;
}

/** The turn waits for an answer of somebody in the chat. */
export interface AskedReply {
  readonly kind: "asked";
  readonly title: string;
}

/** How a turn ended, and what the agent said in it. */
export interface AnswerReply extends ScriptAnswer {
  readonly kind: "answer";
}

/** No chat is meant, or more than one. */
export interface UnclearChat {
  readonly kind: "unclear";
  /** The chats that can be meant; none if there is none of that name. */
  readonly matches: readonly ListedChat[];
  /** The name that is closest to what was typed. */
  readonly nearest?: string;
  /** The scopes without which there are fewer names; unset if none is missing. */
  readonly missing?: readonly string[];
}

/** Why a request cannot be fulfilled. */
export interface RefusedReply {
  readonly kind: "refused";
  readonly why: ScriptRefusal;
  /** What the reason is about: a size, a name. */
  readonly detail?: string;
}

/** See {@linkcode RefusedReply}. */
export type ScriptRefusal =
  /** The same id was used for something else. */
  | "other id"
  /** Nobody in the chat may use the bot, so that nobody could answer the agent. */
  | "nobody"
  /** There is no message in the topic that could be replied to. */
  | "no topic"
  /** There is no room for the file. */
  | "no room"
  /** The answer was lost, or is not kept any more. */
  | "no answer"
  /** Something went wrong; the detail says what. */
  | "failed";

/** What the agent answered to a script. */
export interface ScriptAnswer {
  readonly outcome: Outcome;
  /** In Markdown, without secrets. */
  readonly text: string;
  /** What went wrong. */
  readonly error?: string;
  /** It ended because nobody answered what the agent asked. */
  readonly isUnanswered?: boolean;
}

/** Who asked for a turn, and whether a script did: its id. */
export interface Asker {
  /** By `open_id`; of a script's turn whoever answers for it. */
  readonly sender: string;
  readonly script?: string;
}

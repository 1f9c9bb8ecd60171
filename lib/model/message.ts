import type { Place, Target } from "./place.ts";

/** A message that somebody wrote to the bot. Times are milliseconds since 1970 on this machine's clock. */
export interface IncomingMessage extends Place {
  readonly messageId: string;
  /** The message that this one quotes; not the one that began its topic. */
  readonly parentId?: string;
  /** Who wrote it, by `open_id`. */
  readonly sender: string;
  /** When it was sent; `receivedAt` when the chat does not say. */
  readonly createdAt: number;
  /** When it reached us; never the same for two messages. */
  readonly receivedAt: number;
  /** The chat's name for its kind: `text`, `post`, `image`, … */
  readonly type: string;
  /** Mentions resolved, the bot's own removed; empty for what is not text. */
  readonly text: string;
  /** Whether the bot was mentioned by name; `@all` does not count. */
  readonly mentionsBot: boolean;
  readonly attachments: readonly Attachment[];
  /** Nobody has to expect any more that it is run: it was sent while the bridge was away. */
  readonly missed?: true;
}

/** A picture or file that travels with a message. */
export interface Attachment {
  readonly kind: "image" | "file";
  /** The chat's key for it. */
  readonly key: string;
  readonly name?: string;
}

/** An attachment on this machine. */
export interface SavedFile {
  readonly path: string;
  readonly name: string;
  /** What the chat said that it is. */
  readonly mime: string;
  readonly bytes: number;
}

/** Somebody pressed a button of a card of ours. */
export interface Click {
  /** The key of the conversation that the card belongs to. */
  readonly conversation: string;
  /** The ask that the card shows, by id. */
  readonly ask: string;
  /** Which of the ask's choices the card showed, from 0. */
  readonly step: number;
  /** The option that was chosen. */
  readonly choice: string;
  /** Who pressed it, by `open_id`. */
  readonly by: string;
}

/** Where the answer to a message goes. In a direct chat it needs no quote; elsewhere it stays with its question. */
export function targetOf({ chatId, chatType, threadId, messageId }: IncomingMessage): Target {
  if (chatType === "p2p" && threadId === undefined) return { chatId };
  return { chatId, replyTo: messageId, ...(threadId && { threadId }) };
}

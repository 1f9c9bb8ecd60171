import type { Place, Target } from "./place.ts";

/** A message to the bot. Times are milliseconds since 1970 on this machine's clock. */
export interface IncomingMessage extends Place {
  readonly messageId: string;
  /** The quoted message, if any. The first message of a topic does not count as quoted. */
  readonly parentId?: string;
  /** The first message of its topic, unless it is that itself. */
  readonly rootId?: string;
  /** The `open_id` of its author. */
  readonly sender: string;
  /** When it was sent; equals `receivedAt` if the chat does not say. */
  readonly createdAt: number;
  /** When it arrived; unique for each message. */
  readonly receivedAt: number;
  /** The message type of the chat platform: `text`, `post`, `image`, … */
  readonly type: string;
  /** The text with names for mentions and the bot's mention removed; empty if it is not text. */
  readonly text: string;
  /** Whether the bot was mentioned by name; `@all` does not count. */
  readonly mentionsBot: boolean;
  readonly attachments: readonly Attachment[];
  /** It was sent while the bridge was away, so it is not run without asking. */
  readonly missed?: true;
  /** It came late, and somebody who was asked had it run. */
  readonly isConfirmed?: true;
}

/** A picture or file in a message. */
export interface Attachment {
  readonly kind: "image" | "file";
  /** The chat platform's key for the download. */
  readonly key: string;
  readonly name?: string;
}

/** A downloaded attachment. */
export interface SavedFile {
  readonly path: string;
  readonly name: string;
  /** The MIME type that the chat reported. */
  readonly mime: string;
  readonly bytes: number;
  /** The `open_id` of the person who sent it; unknown for files of an older version of the program. */
  readonly sender?: string;
  /** What people know it as, if not by its name; empty if they need not know it. */
  readonly label?: string;
  /** The agent did not get the text that it was for. It goes with the next one, also if that is queued already. */
  readonly isBack?: true;
}

/** A press of a button on one of the bridge's cards. */
export interface Click {
  /** The key of the conversation that the card belongs to. */
  readonly conversation: string;
  /** The id of the ask that the card shows. */
  readonly ask: string;
  /** The index of the choice that the card showed, from 0. */
  readonly step: number;
  /** The value of the chosen option. */
  readonly choice: string;
  /** The `open_id` of the person who pressed it. */
  readonly by: string;
}

/** Where the answer to a message goes: into a direct chat without a quote, elsewhere as a reply. */
export function targetOf(message: IncomingMessage): Target {
  const { chatId, chatType, threadId, rootId, messageId: replyTo } = message;
  if (chatType === "p2p" && threadId === undefined) return { chatId };
  return { chatId, replyTo, ...(threadId && { threadId }), ...(rootId && { rootId }) };
}

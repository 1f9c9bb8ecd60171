import type { Attachment } from "./message.ts";

/** A message that a person's message refers to: quoted, forwarded, or earlier in its topic. */
export interface PastMessage {
  readonly messageId: string;
  readonly author: Author;
  /** When it was sent, in milliseconds since 1970 on this machine's clock; `NaN` if unknown. */
  readonly createdAt: number;
  /** The message type of the chat platform: `text`, `interactive`, `sticker`, … */
  readonly type: string;
  /** What it says, or a placeholder that names what it is; empty if it has only attachments. */
  readonly text: string;
  /** They are loaded with the message's id; those of forwarded messages with the id of the outermost one. */
  readonly attachments: readonly Attachment[];
  /** The messages that it forwards, oldest first. */
  readonly forwards: readonly PastMessage[];
  /** It mentions this bot, so it was a message to it. */
  readonly mentionsBot?: true;
  /** Why the placeholder stands there in place of what it says. */
  readonly missing?: "recalled" | "unreadable";
}

/** Who wrote a message. */
export interface Author {
  /** The `open_id` of a person, or the id of an app. */
  readonly id: string;
  /** The name, as far as the chat platform tells it. */
  readonly name?: string;
  /** It is this bot. */
  readonly isThisBot?: true;
}

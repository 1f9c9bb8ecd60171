import type { Target } from "./place.ts";

/**
 * One of the bridge's messages in a chat, before and after it exists there. Only the `Chat` creates and
 * changes slots; all other code stores them unchanged.
 */
export interface Slot {
  /** Identifies the message before it has an id: requests with the same `uuid` create one message. */
  readonly uuid: string;
  readonly target: Target;
  /** Set once the chat has returned it. */
  readonly messageId?: string;
  /** When the chat created it, in ms since 1970 on the chat's clock; not set if the chat did not say. */
  readonly createdAt?: number;
  /** When the first request to create it was sent (ms since 1970). Its outcome may be unknown. */
  readonly triedAt?: number;
  /** The newest of the bridge's messages in the place before the first request. */
  readonly after?: string;
  /** When the last request to create it was sent. */
  readonly lastTriedAt?: number;
  /** When the request before that was sent. Each attempt looks for a message of the earlier ones. */
  readonly previousTryAt?: number;
  /** How many such requests may have been sent; not set in slots stored by older versions. */
  readonly tries?: number;
  /** How the message is drawn. A refusal changes it to a simpler mode. */
  readonly mode: RenderMode;
  /** How many edits were made that count towards the limit of the chat. */
  readonly edits?: number;
  /**
   * The card that the message shows, if the chat keeps it by itself. Set before the message is sent. Such a card
   * changes by its own id, and its message is never edited.
   */
  readonly card?: CardEntity;
  /** Set while its message is sent in place of one that can no longer be changed in the same way. */
  readonly instead?: Replaced;
}

/** A message in whose place another one is sent. */
export interface Replaced {
  /** Identifies what the first request to create the other one shows. */
  readonly content: string;
  /** The message, if it is a card that is still there and should say where the other one is. */
  readonly card?: Slot;
  /** The message's id, if nothing can be changed in it: it is to be recalled once the other one is there. */
  readonly stuck?: string;
}

/** A card that a chat keeps apart from the message that shows it. */
export interface CardEntity {
  readonly id: string;
  /** When it was made, in ms since 1970. Its changes are numbered from then on. */
  readonly madeAt: number;
}

/** How a message is drawn. If the chat refuses one mode, the next is used. */
export type RenderMode = "card" | "plain_card" | "post" | "text";

/** What a chat refuses: the content of a message, its file, or every message to a chat. */
export type Refusal = "content" | "file" | "chat";

import type { Target } from "./place.ts";

/**
 * One message of ours in a chat, before and after it exists there. A slot is made and changed by the
 * `Chat` alone; everybody else keeps it as it is, and reads no more than `target` and `messageId`.
 */
export interface Slot {
  /** Names the message to the chat before it has an id: sends with the same one make one message. */
  readonly uuid: string;
  readonly target: Target;
  /** Set once the chat returned it. */
  readonly messageId?: string;
  /** When a request to create it first left; until `messageId` is set, its outcome is not known. */
  readonly triedAt?: number;
  /** When the last one left. */
  readonly lastTriedAt?: number;
  /** When the one before it left: an attempt looks for what those before it have made. */
  readonly previousTryAt?: number;
  /** How many of them left, or may have; unset in slots that an older version has stored. */
  readonly tries?: number;
  /** In which form it is drawn; a refusal moves it on to a simpler one. */
  readonly mode: RenderMode;
  /** How often it was edited, as far as the chat limits that. */
  readonly edits?: number;
  /** Its card may be streaming, which only the same way of editing can end. */
  readonly streams?: true;
}

/** How a message is drawn; when the chat refuses one, the next takes its place. */
export type RenderMode = "card" | "plain_card" | "post" | "text";

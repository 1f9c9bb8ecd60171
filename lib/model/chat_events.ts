import type { Click, IncomingMessage } from "./message.ts";
import type { Place } from "./place.ts";

/** Whether messages can arrive. */
export interface ConnectionState {
  readonly up: boolean;
  /** Since when it is up or down. */
  readonly since: number;
  /** Why it is down, if known. */
  readonly lastError?: string;
}

/** Somebody opened the direct chat with the bot, or added it to a group. */
export interface Arrival extends Pick<Place, "chatId" | "chatType"> {
  /** The person's `open_id`. */
  readonly by: string;
}

/**
 * The events of a chat. Each promise resolves once the event is stored and may be acknowledged. If it
 * rejects, the chat platform delivers the event again later.
 */
export interface ChatEvents {
  message(message: IncomingMessage): Promise<void>;
  /** Somebody opened the direct chat, or added the bot to a group. */
  arrived(arrival: Arrival): Promise<void>;
  /** Somebody recalled a message. */
  recalled(chatId: string, messageId: string): Promise<void>;
  /** Resolves with a line to show to the person who pressed the button. */
  clicked(click: Click): Promise<string>;
}

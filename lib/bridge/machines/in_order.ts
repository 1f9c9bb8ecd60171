import { pause } from "../../base/waiting/wakeup.ts";
import type { IncomingMessage } from "../../model/message.ts";
import { conversationKey } from "../../model/place.ts";
import { isUrgent } from "../commands/parse.ts";

/** What an {@linkcode InOrder} needs. */
export interface InOrderOptions {
  /** For how long a message may wait for those that were sent before it, in milliseconds; 0 if none can come. */
  readonly waitMs: () => number;
  /** Ends all waits. What waits stays in the inbox. */
  readonly signal: AbortSignal;
}

/** A message that waits. */
interface Waiting {
  readonly message: IncomingMessage;
  readonly hand: () => void;
}

/**
 * Hands messages over in the order in which they were sent. The chat platform gives two messages of a chat to two
 * machines, and the second may be stored first. What acts at once does not wait.
 */
export class InOrder {
  readonly #options: InOrderOptions;
  /** By the key of the conversation. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(options: InOrderOptions) {
    this.#options = options;
  }

  /** Hands a message over when it is its turn. */
  readonly add = (message: IncomingMessage, hand: () => void): void => {
    const { waitMs, signal } = this.#options;
    const ms = waitMs();
    if (ms === 0 || isUrgent(message.text)) return hand();
    const key = conversationKey(message);
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return void waiting.push({ message, hand });
    this.#waiting.set(key, [{ message, hand }]);
    void pause(ms, signal).then(() => {
      const all = this.#waiting.get(key) ?? [];
      this.#waiting.delete(key);
      if (signal.aborted) return;
      all.sort((a, b) => sentAt(a) - sentAt(b)).forEach(({ hand }) => hand());
    });
  };
}

/** When a message was sent, in milliseconds since 1970; the sort is stable for those of one moment. */
function sentAt({ message }: Waiting): number {
  return message.sentAt ?? message.createdAt;
}

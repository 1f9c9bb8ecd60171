import { retry } from "@std/async";
import { describe, isRetryable } from "../base/errors.ts";
import type { IncomingMessage } from "../model/message.ts";
import type { Services } from "./services.ts";

/** How much more of the history is read, in milliseconds, on either side: clocks are never quite the same. */
const OVERLAP_MS = 120_000;

/**
 * Reads what was written in the known chats since a time (ms since 1970) and hands over what it finds:
 * Feishu delivers again only for seven hours, and with hours in between. What was delivered before is
 * known by its id, and does no harm.
 */
export async function catchUp(
  since: number,
  onMessage: (message: IncomingMessage) => Promise<void>,
  { store, chat, log, signal }: Pick<Services, "store" | "chat" | "log" | "signal">,
): Promise<void> {
  for (const place of await store.conversations()) {
    const until = Date.now() + OVERLAP_MS;
    try {
      const messages = await retry(
        () => chat.history(place, since - OVERLAP_MS, until, signal),
        { maxAttempts: 5, jitter: 0.3, isRetriable: isRetryable, signal },
      );
      for (const message of messages) await onMessage(message);
    } catch (error) {
      signal.throwIfAborted();
      // Groups give their history only to apps with the scope for all their messages.
      log.debug(`cannot read the history of ${place.chatId}: ${describe(error)}`);
    }
  }
}

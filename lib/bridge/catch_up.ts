import { retry } from "@std/async";
import { describe, isRetryable } from "../base/errors.ts";
import type { IncomingMessage } from "../model/message.ts";
import type { Services } from "./services.ts";

/** How much more of the history is read on either side, in milliseconds, as clocks differ. */
const OVERLAP_MS = 120_000;

/**
 * Reads the history of all known conversations since a time (ms since 1970), and passes each message to
 * `onMessage`. This finds messages that Feishu does not redeliver: it tries only for seven hours, with
 * hours in between. Messages that were already delivered are recognised by their id.
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
      // In groups, reading the history requires the scope for all group messages.
      log.debug(`cannot read the history of ${place.chatId}: ${describe(error)}`);
    }
  }
}

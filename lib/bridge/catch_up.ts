import { retry } from "@std/async";
import { describe, isRetryable } from "../errors.ts";
import { parseListedMessage } from "../feishu/inbound.ts";
import type { Parts } from "./parts.ts";
import type { Switchboard } from "./switchboard.ts";

/** How much more of the history is read, in milliseconds, on either side: clocks are never quite the same. */
const OVERLAP_MS = 120_000;

/**
 * Reads what was written in the known chats since `since` (ms since 1970) and takes what was missed:
 * Feishu delivers again only for seven hours, and with hours in between. What was delivered before is
 * known by its id, and does no harm.
 */
export async function catchUp(
  since: number,
  switchboard: Switchboard,
  { store, chat, bot, ours, log, signal }: Parts,
): Promise<void> {
  const botId = await bot();
  for (const { chatId, chatType, threadId } of await store.conversations()) {
    const now = Date.now();
    const place = { chatId, ...(threadId && { threadId }) };
    try {
      const items = await retry(
        () => chat.history(place, since - OVERLAP_MS, now + OVERLAP_MS, signal),
        { maxAttempts: 5, jitter: 0.3, isRetriable: isRetryable, signal },
      );
      for (const item of items) {
        const incoming = parseListedMessage(item, chatType, botId, now, ours);
        if (incoming?.chatId === chatId) await switchboard.message(incoming, botId);
      }
    } catch (error) {
      signal.throwIfAborted();
      // Groups give their history only to apps with the scope for all their messages.
      log.debug(`cannot read the history of ${chatId}: ${describe(error)}`);
    }
  }
}

import { retry } from "@std/async";
import { describe, isRetryable } from "../errors.ts";
import { type Incoming, parseListedMessage } from "../feishu/inbound.ts";
import type { Log } from "../log.ts";
import type { Target } from "../records.ts";
import type { Store } from "../store.ts";

/** What {@linkcode catchUp} needs. */
export interface CatchUpOptions {
  readonly store: Pick<Store, "conversations">;
  /** What was written in a chat between two times (ms since 1970), oldest first. */
  readonly history: (
    place: Target,
    from: number,
    to: number,
    signal: AbortSignal,
  ) => Promise<unknown[]>;
  /** Takes a message as if it had just been delivered. */
  readonly take: (incoming: Incoming) => Promise<void>;
  /** The bot's own `open_id`. */
  readonly bot: string;
  /** What this machine's clock shows at a time of Feishu's. */
  readonly ours: (time: number) => number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** How much more of the history is read, in milliseconds, on either side: clocks are never quite the same. */
const OVERLAP_MS = 120_000;

/**
 * Reads what was written in the known chats since `since` (ms since 1970) and takes what was missed:
 * Feishu delivers again only for seven hours, and with hours in between. What was delivered before is
 * known by its id, and does no harm.
 */
export async function catchUp(since: number, options: CatchUpOptions): Promise<void> {
  const { store, history, take, bot, ours, log, signal } = options;
  for (const { chatId, chatType, threadId } of await store.conversations()) {
    const now = Date.now();
    const place = { chatId, ...(threadId === undefined ? {} : { threadId }) };
    try {
      const items = await retry(
        () => history(place, since - OVERLAP_MS, now + OVERLAP_MS, signal),
        {
          maxAttempts: 5,
          jitter: 0.3,
          isRetriable: isRetryable,
          signal,
        },
      );
      for (const item of items) {
        const incoming = parseListedMessage(item, chatType, bot, now, ours);
        if (incoming?.chatId === chatId) await take(incoming);
      }
    } catch (error) {
      signal.throwIfAborted();
      // Groups give their history only to apps with the scope for all their messages.
      log.debug(`cannot read the history of ${chatId}: ${describe(error)}`);
    }
  }
}

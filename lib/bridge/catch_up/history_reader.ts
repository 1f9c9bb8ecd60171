import { isRetryable } from "../../base/errors.ts";
import type { HistoryPage } from "../../model/history_page.ts";
import type { IncomingMessage } from "../../model/message.ts";
import { conversationKey, type Place } from "../../model/place.ts";
import type { Services } from "../services.ts";

/** What was read of a place. */
export interface HistoryReading extends Omit<HistoryPage, "next"> {
  /** When the reading began, in milliseconds since 1970 on this machine's clock. */
  readonly startedAt: number;
}

/** A reading that may not be over. */
interface OpenReading extends HistoryReading {
  readonly since: number;
  readonly messages: IncomingMessage[];
  readonly recalled: string[];
  readonly topics: HistoryPage["topics"][number][];
  next?: string | undefined;
}

/** How many pages are read in one go, so that no chat holds up the others for long. */
const MAX_PAGES = 40;

/**
 * Reads the histories of places from now back to a time. What fails in the middle goes on there the next
 * time, so that a long history is read in the end however often it fails.
 */
export class HistoryReader {
  readonly #options: Pick<Services, "chat" | "signal">;
  readonly #open = new Map<string, OpenReading>();

  constructor(options: Pick<Services, "chat" | "signal">) {
    this.#options = options;
  }

  /**
   * Reads a place.
   *
   * @param since Back to when, in milliseconds since 1970 on the chat platform's clock.
   * @throws An `ApiError` or a `NetworkError`; a {@linkcode RangeError} if there is more to read than fits
   * into one go. The next call goes on.
   */
  async read(place: Place, since: number): Promise<HistoryReading> {
    const key = conversationKey(place);
    const known = this.#open.get(key);
    const reading: OpenReading = known && known.since <= since
      ? known
      : { startedAt: Date.now(), since, messages: [], recalled: [], topics: [] };
    this.#open.set(key, reading);
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      await this.#readPage(place, reading).catch((error) => {
        // The token of a page may be refused when it is old. Without one, nothing was read yet.
        if (!isRetryable(error) || reading.next === undefined) this.#open.delete(key);
        throw error;
      });
      if (reading.next !== undefined) continue;
      this.#open.delete(key);
      return reading;
    }
    throw new RangeError(`more than ${MAX_PAGES} pages, the rest is read next`);
  }

  async #readPage(place: Place, reading: OpenReading): Promise<void> {
    const { chat, signal } = this.#options;
    const query = { since: reading.since, page: reading.next };
    const { messages, recalled, topics, next } = await chat.history(place, query, signal);
    reading.messages.push(...messages);
    reading.recalled.push(...recalled);
    reading.topics.push(...topics);
    reading.next = next;
  }
}

import { backoff } from "../../base/waiting/backoff.ts";
import { ApiError, describe } from "../../base/errors.ts";
import { Wakeup } from "../../base/waiting/wakeup.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import type { IncomingMessage } from "../../model/message.ts";
import { conversationKey, type Place } from "../../model/place.ts";
import type { ReadMark } from "../../model/read_mark.ts";
import type { SweepOptions } from "../../store/marks.ts";
import { Activity } from "./activity.ts";
import { HistoryReader } from "./history_reader.ts";
import { OVERLAP_MS, REACH_MS, readChat } from "./read_chat.ts";
import type { Services } from "../services.ts";

/** What is stored of the chats and of what was read of them. */
export interface CatchUpStore {
  readonly marks: ReadMarks;
  conversations(): Promise<ConversationRecord[]>;
}

/** Up to where each chat was read, and which messages were seen. */
export interface ReadMarks {
  /** The marks of all chats. */
  list(): Promise<ReadMark[]>;
  /** Stores the mark of a chat. */
  save(mark: ReadMark): Promise<void>;
  /** When something last happened (ms since 1970), by the place's key. */
  activity(): Promise<Map<string, number>>;
  /** Forgets the ids of messages that nothing can bring again. */
  sweep(options: SweepOptions): Promise<void>;
}

/** What a {@linkcode CatchUp} needs. */
export interface CatchUpOptions extends Pick<Services, "chat" | "log" | "signal"> {
  readonly store: CatchUpStore;
  readonly settings: Pick<Services["settings"], "dedupTtlMs">;
  /** Whether this machine reads a chat, if several share the bot; it reads all unless given. */
  readonly mayRead?: (chatId: string) => boolean;
  /** Takes a message that was found; those that were seen before come again. Resolves when it is stored. */
  readonly onMessage: (message: IncomingMessage) => Promise<void>;
  /** Takes the recall of a message that was found. */
  readonly onRecalled: (chatId: string, messageId: string) => Promise<void>;
  /** Called after all chats were looked at. */
  readonly onAllRead: () => Promise<void>;
}

/** Which chats to read: those in which something happened lately, or all. */
export type Extent = "recent" | "all";

/**
 * How long after something happened in a chat it is read without a reason, in milliseconds: the connection
 * may be up and bring nothing. The number of calls a month is limited, so it is not read more often.
 */
const CHECKS_MS = [5, 15, 45].map((minutes) => minutes * 60_000);
/** Waits after a failed read. */
const BACKOFF = { firstMs: 1_000, maxMs: 5 * 60_000 };
/** Waits after a refusal, which lasts until somebody grants a scope or lets the bot in again. */
const REFUSED_BACKOFF = { firstMs: 3_600_000, maxMs: 24 * 3_600_000 };
/** At most so many requests are met within so many milliseconds: a connection may come and go. */
const REQUESTS = { most: 4, withinMs: 4 * 60_000 };
/** For how long the chat platform tries to deliver an event, in milliseconds. */
const DELIVERY_MS = 7 * 3_600_000;
/** How many known topics of a chat are read at most, those in which something happened last. */
const KNOWN_TOPICS = 50;
/** How many topics are read of which nothing is known. The number of calls a month is limited. */
const OTHER_TOPICS = 8;
/** How many new topics are read in which time. Anybody in a group can begin any number, and each costs a call. */
const NEW_TOPICS = { most: 100, withinMs: 24 * 3_600_000 };
/** How often ids that are no longer needed are removed, in milliseconds. */
const SWEEP_MS = 3_600_000;

/** The next read of a chat. */
interface Due {
  /** When, by `performance.now()`. */
  readonly at: number;
  /** Its topics that are read: those of the extent, or these. */
  readonly topics: Extent | ReadonlySet<string>;
  /** How often reading it failed in a row. */
  readonly failures: number;
}

/**
 * Finds the messages that never came as an event, in the histories of the known chats. The chat platform
 * tries to deliver an event for seven hours, with hours in between. One read runs at a time, and each chat
 * has a mark up to where it was read, which moves only after what was found is stored.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;
  readonly #reader: HistoryReader;
  readonly #due = new Map<string, Due>();
  readonly #wakeup = new Wakeup();
  #requested: Extent | undefined;
  /** When a message last came from a chat, by `performance.now()`. */
  readonly #happenedAt = new Map<string, number>();
  /** When requests were met, by `performance.now()`. */
  #met: number[] = [];
  #sweptAt = -Infinity;
  /** When new topics were read, by `performance.now()`. */
  #newTopics: number[] = [];

  constructor(options: CatchUpOptions) {
    this.#options = options;
    this.#reader = new HistoryReader(options);
  }

  /** Requests a read of chats as soon as the current reads are over. */
  request(extent: Extent): void {
    if (this.#requested !== "all") this.#requested = extent;
    this.#wakeup.notify();
  }

  /** Notes that a message came from a chat. */
  happened({ chatId }: Pick<Place, "chatId">): void {
    this.#happenedAt.set(chatId, performance.now());
    const due = this.#due.get(chatId);
    if (due !== undefined && (due.failures > 0 || due.topics !== "recent")) return;
    this.#schedule(chatId, 0);
    this.#wakeup.notify();
  }

  /** Reads what is due until the signal aborts. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      const waitMs = this.#waitMs();
      if (waitMs > 0) await this.#wakeup.wait(waitMs, signal);
      else await this.#readDue();
    }
  }

  /** How long until something is due, in milliseconds. */
  #waitMs(): number {
    const now = performance.now();
    this.#met = this.#met.filter((at) => now - at < REQUESTS.withinMs);
    const [first = now] = this.#met;
    const requestAt = this.#requested === undefined
      ? Infinity
      : this.#met.length < REQUESTS.most
      ? now
      : first + REQUESTS.withinMs;
    return Math.min(requestAt, ...[...this.#due.values()].map(({ at }) => at)) - now;
  }

  async #readDue(): Promise<void> {
    const { store, log, signal, onAllRead, mayRead = () => true } = this.#options;
    const marks = new Map((await store.marks.list()).map((mark) => [mark.chatId, mark]));
    const places = await store.conversations();
    const activity = new Activity(await store.marks.activity(), this.#options.chat.clock);
    const extent = this.#takeRequest([...marks.keys()], activity);
    // The chats in which somebody may be waiting come first.
    const due = [...this.#due].filter(([, { at }]) => at <= performance.now())
      .sort(([a], [b]) => activity.quietMs(a) - activity.quietMs(b));
    for (const [chatId, { topics, failures }] of due) {
      if (!mayRead(chatId)) {
        this.#forget(chatId);
        continue;
      }
      const mark = marks.get(chatId);
      const here = places.filter((place) => place.chatId === chatId)
        .sort((a, b) => activity.lastAt(b.key) - activity.lastAt(a.key));
      const known = new Set(here.flatMap(({ threadId }) => threadId ?? []));
      const newest = new Set([...known].slice(0, KNOWN_TOPICS));
      const isWanted = (threadId: string) =>
        typeof topics !== "string" ? topics.has(threadId) : newest.has(threadId) &&
          (topics === "all" || activity.isRecent(conversationKey({ chatId, threadId })));
      try {
        const others = topics === "all" ? OTHER_TOPICS : 0;
        const failed = mark ? await this.#read(mark, { known, isWanted, others }) : new Map();
        // A refused topic stays behind until all chats are read again.
        const again = new Set([...failed].filter(([, error]) => mayPass(error)).map(([id]) => id));
        if (again.size > 0) this.#fail(chatId, again, failures, failed);
        else this.#schedule(chatId, activity.quietMs(chatId));
      } catch (error) {
        signal.throwIfAborted();
        this.#fail(chatId, topics, failures, new Map([[chatId, error]]));
      }
    }
    if (extent === "all") await onAllRead();
    await this.#sweep().catch((error) => log.warn(`cannot tidy up: ${describe(error)}`));
  }

  /** Makes chats due if that was requested; returns which. */
  #takeRequest(chatIds: readonly string[], activity: Activity): Extent | undefined {
    const extent = this.#requested;
    if (extent === undefined || this.#met.length >= REQUESTS.most) return undefined;
    this.#requested = undefined;
    this.#met.push(performance.now());
    for (const chatId of chatIds) {
      if (extent === "recent" && !activity.isRecent(chatId)) continue;
      const { topics, failures = 0 } = this.#due.get(chatId) ?? {};
      const isMore = extent === "all" || topics === undefined || failures === 0;
      this.#due.set(chatId, { at: performance.now(), topics: isMore ? extent : topics, failures });
    }
    return extent;
  }

  /** Reads a chat and hands over what is new; returns why topics could not be read. */
  async #read(
    mark: ReadMark,
    choice: Omit<Parameters<typeof readChat>[1], "newest">,
  ): Promise<ReadonlyMap<string, unknown>> {
    const { store, chat, log, onMessage, onRecalled } = this.#options;
    // What came later is still being delivered.
    const isLong = chat.clock.theirs(Date.now()) - mark.readTo > DELIVERY_MS;
    const others = isLong ? choice.others : 0;
    const now = performance.now();
    this.#newTopics = this.#newTopics.filter((at) => now - at < NEW_TOPICS.withinMs);
    const newest = NEW_TOPICS.most - this.#newTopics.length;
    const topics = { ...choice, others, newest };
    const reading = await readChat(mark, topics, this.#reader, this.#options);
    const { newTopics } = reading;
    this.#newTopics.push(...Array<number>(Math.min(newTopics, newest)).fill(now));
    if (newTopics > newest) {
      log.warn(`${newTopics - newest} new topics of ${mark.chatId} are too many to look into`);
    }
    for (const messageId of reading.recalled) await onRecalled(mark.chatId, messageId);
    for (const message of reading.messages) await onMessage(message);
    // Only now: after a crash before this, it is read again.
    await store.marks.save(reading.mark);
    return reading.failed;
  }

  /** Tries a chat again later, and reads only what failed. */
  #fail(
    chatId: string,
    topics: Due["topics"],
    before: number,
    errors: ReadonlyMap<string, unknown>,
  ): void {
    const { log } = this.#options;
    const failures = before + 1;
    const isBrief = errors.values().some(mayPass);
    const waitMs = backoff(failures, isBrief ? BACKOFF : REFUSED_BACKOFF);
    this.#due.set(chatId, { at: performance.now() + waitMs, topics, failures });
    for (const [id, error] of errors) {
      // In groups, reading the history requires the scope for all group messages.
      const line = `cannot read the history of ${id}: ${describe(error)}; trying again`;
      // A single failure of the network is nothing to worry about.
      if (failures === (isBrief ? 2 : 1)) log.warn(line);
      else log.debug(line);
    }
  }

  /**
   * Sets the time of the next read without a reason.
   *
   * @param storedMs For how long nothing had happened when this was last looked up, in milliseconds.
   */
  #schedule(chatId: string, storedMs: number): void {
    const happenedAt = this.#happenedAt.get(chatId) ?? -Infinity;
    const quietMs = Math.min(storedMs, performance.now() - happenedAt);
    const check = CHECKS_MS.find((ms) => ms > quietMs);
    if (check === undefined) return this.#forget(chatId);
    this.#due.set(chatId, {
      at: performance.now() + check - quietMs,
      topics: "recent",
      failures: 0,
    });
  }

  /** Leaves a chat alone until something happens there. */
  #forget(chatId: string): void {
    this.#due.delete(chatId);
    this.#happenedAt.delete(chatId);
  }

  async #sweep(): Promise<void> {
    const { store, chat, settings } = this.#options;
    if (performance.now() - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = performance.now();
    await store.marks.sweep({
      ttlMs: settings.dedupTtlMs,
      overlapMs: OVERLAP_MS,
      oldest: chat.clock.theirs(Date.now()) - REACH_MS - OVERLAP_MS,
    });
  }
}

/** Whether a read that failed may succeed soon: unless the chat has refused it for good. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || error.retryable;
}

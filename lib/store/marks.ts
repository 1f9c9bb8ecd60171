import { RecentSet } from "../base/recent_set.ts";
import type { IncomingMessage } from "../model/message.ts";
import { conversationKey, type Place } from "../model/place.ts";
import type { ReadMark } from "../model/read_mark.ts";
import { deleteKeys } from "./kv/delete_keys.ts";
import type { Disk } from "./disk.ts";
import type { AtomicChanges, Committed, Kv } from "./kv/kv.ts";
import type { Values } from "./values.ts";

/** A message that was seen, stored under its chat and id. Times are milliseconds since 1970. */
interface Seen {
  /** When it was sent, on the chat platform's clock. */
  readonly sentAt: number;
  /** When it was first seen, on this machine's clock. */
  readonly seenAt: number;
}

/** What identifies a message. */
export type MessageRef = Pick<IncomingMessage, "chatId" | "messageId">;

/** When an id that was seen may be forgotten. Times are milliseconds since 1970 on the platform's clock. */
export interface SweepOptions {
  /** How long every id is remembered, in milliseconds. */
  readonly ttlMs: number;
  /** How far before its mark a chat is read again, in milliseconds. */
  readonly overlapMs: number;
  /** No chat is read further back than this time. */
  readonly oldest: number;
}

/** For how many chats it is remembered that they have a mark. */
const MARKED = 1_000;

/**
 * What is known of the chats' histories: which messages were seen, up to when each chat was read, and when
 * something last happened in each place.
 */
export class Marks {
  readonly #kv: Kv;
  readonly #values: Values;
  readonly #disk: Disk;
  /** Chats that have a mark. */
  readonly #marked = new RecentSet<string>(MARKED);
  /** Chats whose first mark is being stored. */
  readonly #first = new RecentSet<string>(MARKED);

  constructor(kv: Kv, values: Values, disk: Disk) {
    this.#kv = kv;
    this.#values = values;
    this.#disk = disk;
  }

  /**
   * Records that a message was seen, in one commit with whatever is prepared for it, unless it was seen before.
   *
   * @param sentAt When it was sent, in milliseconds since 1970 on the chat platform's clock.
   * @param prepare Adds to the commit; called for another one if something else has changed that it checks.
   * @returns The version of what was committed; `undefined` if it is not new.
   */
  async see(
    { chatId, messageId }: MessageRef,
    sentAt: number,
    prepare: (atomic: AtomicChanges, attempt: number) => Promise<void> = () => Promise.resolve(),
  ): Promise<string | undefined> {
    const keys = [["seen", chatId, messageId], ["seen", messageId]] as const;
    // Almost all are new, so nobody looks first: a shared KV may be far away.
    let known: readonly Deno.AtomicCheck[] = keys.map((key) => ({ key, versionstamp: null }));
    for (let attempt = 0;; attempt++) {
      const seen: Seen = { sentAt, seenAt: Date.now() };
      const atomic = this.#kv.atomic();
      await prepare(atomic, attempt);
      const result = await this.#commit(atomic.check(...known).set(keys[0], seen));
      if (result.ok) {
        if (this.#first.delete(chatId)) this.#marked.add(chatId);
        return result.versionstamp;
      }
      const [entry, older] = await this.#kv.getMany<[Seen, number]>(keys);
      // Version 1 stored the time until which the id is remembered.
      if (entry.value !== null || (older.value ?? 0) > Date.now()) return undefined;
      known = [entry, older];
    }
  }

  /** Adds to `atomic` that something happened in a place. A chat without a mark gets its first one. */
  async note(atomic: AtomicChanges, place: Place, sentAt: number): Promise<void> {
    const { chatId, chatType } = place;
    atomic.set(["active", conversationKey(place)], sentAt);
    if (this.#marked.has(chatId)) return;
    const { value } = await this.#values.entry<ReadMark>(["mark", chatId]);
    if (value !== undefined) this.#marked.add(chatId);
    // What was written before the first message was not for this bridge.
    else {
      this.#put(atomic, { chatId, chatType, readTo: sentAt });
      this.#first.add(chatId);
    }
  }

  /** When something last happened in each place, by conversation key. */
  async activity(): Promise<Map<string, number>> {
    const entries = await this.#disk.read(() =>
      Array.fromAsync(this.#kv.list<number>({ prefix: ["active"] }))
    );
    return new Map(entries.map(({ key, value }) => [String(key[1]), value]));
  }

  /** The marks of all chats. */
  list(): Promise<ReadMark[]> {
    return this.#disk.read(() => this.#values.list<ReadMark>(["mark"]));
  }

  /** Stores the mark of a chat. */
  async save(mark: ReadMark): Promise<void> {
    const atomic = this.#kv.atomic();
    this.#put(atomic, mark);
    await this.#commit(atomic);
  }

  /** Gives a first mark to the chats that an older version of this program stored without one. */
  async begin(chats: readonly Place[], readTo: number): Promise<void> {
    const marked = new Set((await this.list()).map(({ chatId }) => chatId));
    for (const { chatId, chatType } of chats) {
      if (marked.has(chatId)) continue;
      marked.add(chatId);
      await this.save({ chatId, chatType, readTo });
    }
  }

  /**
   * Forgets the ids of messages that neither an event nor a history can bring again. An id that a history
   * can still bring is kept, however old it is.
   */
  async sweep({ ttlMs, overlapMs, oldest }: SweepOptions): Promise<void> {
    const reach = new Map((await this.list()).map(({ chatId, readTo, behind = {} }) => {
      const from = Math.min(readTo, ...Object.values(behind)) - overlapMs;
      return [chatId, Math.max(from, oldest)];
    }));
    const seen = this.#kv.list<Seen>({ prefix: ["seen"] });
    const old = async function* () {
      for await (const { key, value } of seen) {
        const [, chatId, messageId] = key;
        // Those of version 1 expire by themselves.
        if (messageId === undefined || value.seenAt + ttlMs > Date.now()) continue;
        if (value.sentAt < (reach.get(String(chatId)) ?? Infinity)) yield key;
      }
    };
    await deleteKeys(this.#kv, old(), (atomic) => this.#commit(atomic));
  }

  #commit(
    atomic: AtomicChanges,
  ): Promise<Committed> {
    return this.#disk.write(() => atomic.commit());
  }

  #put(atomic: AtomicChanges, mark: ReadMark): void {
    this.#values.put(atomic, ["mark", mark.chatId], mark);
  }
}

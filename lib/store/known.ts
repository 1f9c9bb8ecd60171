import { defined } from "../base/json.ts";
import type { ConversationRecord } from "../model/conversation.ts";
import type { Disk } from "./disk.ts";
import type { AtomicChanges, Kv } from "./kv/kv.ts";
import type { Values } from "./values.ts";

/** What is known of a conversation that is not open. */
export type KnownConversation = Pick<
  ConversationRecord,
  "key" | "chatId" | "chatType" | "threadId" | "preferences" | "auto"
>;

/** How many are written in one step. */
const BATCH = 500;

/**
 * The conversations of which something has to be known before they are opened: the topics, and where something was
 * set. They are kept beside the records, so that a start does not read all conversations that there ever were.
 *
 * They count only if each version of this program that ran since has kept them: then `knownAt` is the time at which a
 * bridge was last alive. Where machines share a store, one of them may run an older version: all records are read there.
 */
export class Known {
  readonly #kv: Kv;
  readonly #values: Values;
  readonly #disk: Disk;
  readonly #isShared: boolean;
  /** Whether what is stored is complete. */
  #isKept = false;

  constructor(kv: Kv, values: Values, disk: Disk, isShared: boolean) {
    this.#kv = kv;
    this.#values = values;
    this.#disk = disk;
    this.#isShared = isShared;
  }

  /** Adds to `atomic` what is known of a conversation from its record. */
  put(atomic: AtomicChanges, record: ConversationRecord): void {
    if (this.#isShared) return;
    const known = knownOf(record);
    if (known === undefined) atomic.delete(["known", record.key]);
    else atomic.set(["known", record.key], known);
  }

  /** Adds to `atomic` that a bridge of this version was alive at a time. */
  noteAlive(atomic: AtomicChanges, time: number): AtomicChanges {
    return this.#isKept ? atomic.set(["knownAt"], time) : atomic;
  }

  /** Whether the last bridge that used the store did not keep what is known, or none has used it. */
  async isOld(): Promise<boolean> {
    if (this.#isShared) return true;
    const [alive, at] = await this.#disk.read(() =>
      this.#kv.getMany<[number, number]>([["alive"], ["knownAt"]])
    );
    this.#isKept = at.value !== null && at.value === alive.value;
    return !this.#isKept;
  }

  /** The conversations of which something is known; others may be among them. */
  async list(): Promise<KnownConversation[]> {
    if (!this.#isKept) {
      return await this.#disk.read(() => this.#values.list<ConversationRecord>(["conversation"]));
    }
    try {
      const entries = await this.#disk.read(() =>
        Array.fromAsync(this.#kv.list<KnownConversation>({ prefix: ["known"] }))
      );
      return entries.map(({ value }) => value);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // One is damaged: the records say the same.
      this.#isKept = false;
      return await this.list();
    }
  }

  /** Stores what is known of all conversations, in place of what was stored. */
  async keep(conversations: readonly KnownConversation[]): Promise<void> {
    if (this.#isShared) return;
    const stale = await Array.fromAsync(this.#kv.list({ prefix: ["known"] }));
    const known = conversations.flatMap((one) => knownOf(one) ?? []);
    const changes = [
      ...stale.map(({ key }) => (atomic: AtomicChanges) => atomic.delete(key)),
      ...known.map((one) => (atomic: AtomicChanges) => atomic.set(["known", one.key], one)),
    ];
    for (let from = 0; from < changes.length; from += BATCH) {
      const atomic = this.#kv.atomic();
      for (const change of changes.slice(from, from + BATCH)) change(atomic);
      await this.#disk.write(() => atomic.commit());
    }
    // The next sign of life stores that it is complete.
    this.#isKept = true;
  }
}

/** What is known from a record; `undefined` if there is nothing to know. */
function knownOf(record: KnownConversation): KnownConversation | undefined {
  const { key, chatId, chatType, threadId, preferences, auto } = record;
  if (threadId === undefined && preferences === undefined && auto === undefined) return undefined;
  return defined({ key, chatId, chatType, threadId, preferences, auto });
}

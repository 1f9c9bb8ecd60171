import type { AlwaysRule } from "../model/always_rule.ts";
import type { ConversationRecord } from "../model/conversation.ts";
import type { LedgerRow } from "../model/ledger.ts";
import type { IncomingMessage } from "../model/message.ts";
import type { PairedUser } from "../model/settings.ts";
import type { Slot } from "../model/slot.ts";
import type { StoreTrouble } from "../model/store_trouble.ts";
import type { TurnRecord } from "../model/turn.ts";
import { StoredCalls } from "./calls.ts";
import type { Changes, RowChange } from "./changes.ts";
import { ChatNames } from "./chat_names.ts";
import { DayNotes } from "./day_notes.ts";
import { Disk } from "./disk.ts";
import { Known } from "./known.ts";
import type { AtomicChanges, Kv } from "./kv/kv.ts";
import { Marks, type MessageRef } from "./marks.ts";
import { readPaired } from "./paired.ts";
import { Schedules } from "./schedules.ts";
import { isNotice, markSent, sentAs, sweepMarks } from "./sent_marks.ts";
import { Spendings } from "./spendings.ts";
import { conversationsOf, readStoredMessage, readStoredTurn, SCHEMA } from "./stored.ts";
import { Temporary } from "./temporary.ts";
import { UndeliveredRows } from "./undelivered_rows.ts";
import { Shared } from "./shared.ts";
import { Values } from "./values.ts";
import { Writer } from "./writer.ts";

/**
 * The state of the bridge in Deno KV. Only `store/` knows the keys. While the disk refuses, reads and commits
 * wait and try again, unless a method says otherwise.
 */
export class Store implements AsyncDisposable {
  readonly #kv: Kv;
  readonly #values: Values;
  readonly #disk = new Disk();
  readonly #undelivered = new UndeliveredRows();
  readonly #writer: Writer;
  /** What is known of the chats' histories. */
  readonly marks: Marks;
  /** What is shown in the chat for a while. */
  readonly temporary: Temporary;
  /** What the agent has used up. */
  readonly spendings: Spendings;
  /** What is known of the calls to the chat platform. */
  readonly calls: StoredCalls;
  /** What handling a message began. */
  readonly notes: DayNotes;
  /** The names of chats and people. */
  readonly names: ChatNames;
  /** What runs by itself at its times. */
  readonly schedules: Schedules;
  /** What is known of conversations that are not open. */
  readonly known: Known;
  /** What machines know of each other, if several of them share the store. */
  readonly shared: Shared | undefined;
  #onRows: (conversation: string) => void = () => {};
  #onChange: (conversation: string) => void = () => {};
  #onDamaged: (key: string, error: unknown) => void = () => {};

  /**
   * @param kv An open database; the store closes it.
   * @param machine The name of this machine, if several share the database.
   */
  constructor(kv: Kv, machine?: string) {
    this.#kv = kv;
    this.#values = new Values(kv, (key, error) => this.#onDamaged(key.join("/"), error));
    const parts = [kv, this.#values, this.#disk] as const;
    this.marks = new Marks(...parts);
    this.temporary = new Temporary(...parts);
    this.calls = new StoredCalls(kv, this.#disk, machine);
    this.notes = new DayNotes(kv, this.#disk);
    this.spendings = new Spendings(...parts);
    this.names = new ChatNames(...parts);
    this.schedules = new Schedules(...parts);
    this.shared = machine === undefined ? undefined : new Shared(machine, this.marks, ...parts);
    this.known = new Known(...parts, machine !== undefined);
    this.#writer = new Writer({
      kv,
      values: this.#values,
      disk: this.#disk,
      undelivered: this.#undelivered,
      spendings: this.spendings,
      known: this.known,
      owners: this.shared?.owners,
    });
  }

  /** Closes the database. The store cannot be used afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disk.close();
    await this.#kv.close();
  }

  /** Why nothing can be saved or read at the moment. */
  get trouble(): StoreTrouble | undefined {
    if (this.#kv.trouble) return { of: "kv", ...this.#kv.trouble };
    return this.#disk.error === undefined ? undefined : { of: "disk", why: this.#disk.error };
  }

  /**
   * Adds a message to the inbox, unless it was seen before. Makes one attempt, like `markSeen` and `once`.
   *
   * @param sentAt When it was sent, in milliseconds since 1970 on the chat platform's clock.
   * @returns Whether it is new.
   */
  async accept(message: IncomingMessage, sentAt: number = message.createdAt): Promise<boolean> {
    if (this.shared !== undefined) return await this.shared.inbox.accept(message, sentAt);
    return await this.marks.see(message, sentAt, async (atomic) => {
      this.#values.put(atomic, ["in", message.messageId], message);
      await this.marks.note(atomic, message, sentAt);
    }) !== undefined;
  }

  /** Records that a message was seen, without storing it; returns whether its id is new. */
  async markSeen(message: MessageRef, sentAt: number): Promise<boolean> {
    return await this.marks.see(message, sentAt) !== undefined;
  }

  /** Records that `key` happened; returns whether it had not happened within `ttlMs` milliseconds. */
  async once(key: string, ttlMs: number): Promise<boolean> {
    const entry = await this.#kv.get<number>(["once", key]);
    if (entry.value !== null && entry.value > Date.now()) return false;
    // KV deletes expired keys up to a minute late, so the stored time decides.
    const atomic = this.#kv.atomic().check(entry)
      .set(entry.key, Date.now() + ttlMs, { expireIn: ttlMs });
    return (await this.#commit(atomic)).ok;
  }

  /** Whether {@linkcode Store.once} has recorded `key` within its time. */
  async happened(key: string): Promise<boolean> {
    return (await this.#get<number>(["once", key]) ?? 0) > Date.now();
  }

  /** Calls `onRows` with a conversation's key after each commit of its ledger rows. */
  watchRows(onRows: (conversation: string) => void): void {
    this.#onRows = onRows;
  }

  /** Calls `onChange` with a conversation's key after each change of its ledger rows. */
  watchChanges(onChange: (conversation: string) => void): void {
    this.#onChange = onChange;
  }

  /** Calls `onDamaged` with the key of each record that cannot be read. It is set aside, and absent. */
  watchDamage(onDamaged: (key: string, error: unknown) => void): void {
    this.#onDamaged = onDamaged;
  }

  /**
   * Commits all of these changes in one step. While the disk refuses them, it keeps trying, and the
   * caller waits.
   */
  async commit(changes: Changes): Promise<void> {
    await this.#disk.persist(() => this.#writer.write(changes));
    if (changes.schedules !== undefined && changes.schedules.length > 0) {
      this.schedules.noteChange();
    }
    const rows = [...changes.rows ?? [], ...changes.rowChanges ?? []];
    for (const key of new Set(rows.map(({ conversation }) => conversation))) {
      this.#onRows(key);
      this.#onChange(key);
    }
  }

  /**
   * Changes a row without notifying the watcher of rows: the outbox uses this for rows it sends.
   *
   * @param more The message that shows the row, and rows to add in the same step.
   */
  async updateRow(
    { conversation, id }: Pick<LedgerRow, "conversation" | "id">,
    change: RowChange["change"],
    more: Pick<Changes, "sent" | "rows"> = {},
  ): Promise<void> {
    const rowChanges = [{ conversation, id, change }];
    await this.#disk.persist(() => this.#writer.write({ ...more, rowChanges }));
    this.#onChange(conversation);
  }

  /** See {@linkcode Writer.replaceOwner}. */
  readonly replaceOwner: Writer["replaceOwner"] = (...all) => this.#writer.replaceOwner(...all);

  /** Stores that a person, by `open_id`, was paired; resolves with the time of it. */
  async addPaired(openId: string): Promise<number> {
    const since = Date.now();
    await this.#commit(this.#announced().set(["paired", openId], since));
    return since;
  }

  /** Forgets that a person was paired. */
  async removePaired(openId: string): Promise<void> {
    await this.#disk.persist(() => this.#commit(this.#announced().delete(["paired", openId])));
  }

  /** Everyone who was paired, in the order of pairing. */
  readonly paired = (): Promise<PairedUser[]> => this.#disk.read(() => readPaired(this.#kv));

  /** One row of the ledger, if it exists. */
  row(conversation: string, id: string): Promise<LedgerRow | undefined> {
    return this.#disk.read(() => this.#values.get<LedgerRow>(["row", conversation, id]));
  }

  /** Records that the bridge, with this schema, is running at `time` (ms since 1970). */
  async markAlive(time: number): Promise<void> {
    const atomic = this.#kv.atomic().set(["alive"], time).set(["schema"], SCHEMA);
    await this.#commit(this.known.noteAlive(atomic, time));
  }

  /** When the bridge was last known to run, in milliseconds since 1970. */
  readonly lastAlive = () => this.#get<number>(["alive"]);

  /** The bot's `open_id` in an app, if it was stored. */
  readonly botId = (appId: string) => this.#get<string>(["bot", appId]);

  /** Stores the bot's `open_id` in an app, in one attempt. */
  readonly saveBotId = async (appId: string, openId: string) =>
    void await this.#commit(this.#kv.atomic().set(["bot", appId], openId));

  /** The `uuid` of the slot of one of the bridge's own messages, empty if unknown; `undefined` for others. */
  readonly sentAs = (messageId: string) => this.#disk.read(() => sentAs(this.#kv, messageId));

  /** Whether a message is a notice of the bridge; `false` for its answers and for what it does not know. */
  readonly isNotice = (messageId: string): Promise<boolean> =>
    this.#disk.read(() => isNotice(this.#kv, messageId));

  /** Records that the message of a slot is the bridge's own. */
  async noteSent(slot: Slot): Promise<void> {
    await this.#disk.persist(() => this.#commit(markSent(this.#kv.atomic(), slot)));
  }

  /**
   * Forgets the bridge's own messages that are older than two days and than everything unclear. Resolves with
   * the newest own message of each chat or topic, by its key.
   */
  async sweepSent(): Promise<ReadonlyMap<string, string>> {
    const unclear = [await this.rows(), await this.turns()] as const;
    return await this.#disk.persist(() => sweepMarks(this.#kv, ...unclear));
  }

  /** How many rows of the ledger wait for delivery. */
  readonly undelivered = (): Promise<number> => this.#undelivered.count(() => this.rows());

  /** Whether a message was accepted and is not handled yet. */
  async isInInbox(messageId: string): Promise<boolean> {
    return await this.#get(["in", messageId]) !== undefined;
  }

  /** Messages that were accepted but not handled yet, oldest first. */
  async inbox(): Promise<IncomingMessage[]> {
    const all = await this.#list(["in"], readStoredMessage);
    const timeOf = ({ sentAt, receivedAt }: IncomingMessage) => sentAt ?? receivedAt;
    return all.sort((a, b) => timeOf(a) - timeOf(b) || a.receivedAt - b.receivedAt);
  }

  /** One conversation, by its key, if it was ever stored. */
  conversation(key: string): Promise<ConversationRecord | undefined> {
    return this.#disk.read(() => this.#values.get<ConversationRecord>(["conversation", key]));
  }

  /** The stored conversations: all, or a chat's own with those of its topics. */
  readonly conversations = (chatId?: string): Promise<ConversationRecord[]> =>
    this.#disk.read(() => this.#values.listRange(conversationsOf(chatId)));

  /** What was allowed with *always* on this machine, the oldest first. */
  async alwaysRules(): Promise<AlwaysRule[]> {
    const rules = await this.#list<AlwaysRule>(["always"]);
    return rules.filter(({ machine }) => machine === this.shared?.machine)
      .sort((a, b) => a.since - b.since);
  }

  /** The turns that have not ended, oldest first, of one conversation or of all. */
  turns(conversation?: string): Promise<TurnRecord[]> {
    return this.#list(["prompt", ...conversation ? [conversation] : []], readStoredTurn);
  }

  /** The rows of the ledger in sending order, of one conversation or of all. */
  async rows(conversation?: string): Promise<LedgerRow[]> {
    const rows = await this.#list<LedgerRow>(["row", ...conversation ? [conversation] : []]);
    // The sort is stable: rows created in the same millisecond stay in the order of their ids.
    return rows.sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Begins a commit of which all machines learn. */
  readonly #announced = () => this.shared?.addSettings(this.#kv.atomic()) ?? this.#kv.atomic();

  async #get<T>(key: Deno.KvKey): Promise<T | undefined> {
    return (await this.#disk.read(() => this.#kv.get<T>(key))).value ?? undefined;
  }

  #list<T>(prefix: Deno.KvKey, read?: (stored: T) => T): Promise<T[]> {
    return this.#disk.read(() => this.#values.list(prefix, read));
  }

  #commit(atomic: AtomicChanges): Promise<{ ok: boolean }> {
    return this.#disk.write(() => atomic.commit());
  }
}

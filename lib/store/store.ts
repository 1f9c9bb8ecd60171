import { delay } from "@std/async";
import { describe } from "../base/errors.ts";
import type { ConversationRecord } from "../model/conversation.ts";
import type { LedgerRow } from "../model/ledger.ts";
import type { IncomingMessage } from "../model/message.ts";
import type { Slot } from "../model/slot.ts";
import type { TurnRecord } from "../model/turn.ts";
import type { Changes, RowChange } from "./changes.ts";
import { readStoredMessage, readStoredTurn, SCHEMA } from "./stored.ts";
import { Values } from "./values.ts";

/** Rows that surely fit into one step; Deno KV takes 800 KB. */
const ROWS_PER_COMMIT = 10;

/** Milliseconds between two attempts to save what the disk does not take. */
const RETRY_MS = 2_000;

/** What is kept in Deno KV. Only this room knows its keys. */
export class Store implements AsyncDisposable {
  readonly #kv: Deno.Kv;
  readonly #values: Values;
  #closed = false;
  #writeError: string | undefined;
  #onRows: (conversation: string) => void = () => {};

  /** @param kv An open database, which the store closes when it is disposed of. */
  constructor(kv: Deno.Kv) {
    this.#kv = kv;
    this.#values = new Values(kv);
  }

  /** Closes the database; the store is of no use afterwards. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#kv.close();
    return Promise.resolve();
  }

  /** Why nothing can be saved at the moment: a full disk, for example. */
  get writeError(): string | undefined {
    return this.#writeError;
  }

  /**
   * Writes a message into the inbox, unless its id was seen within `ttlMs` milliseconds.
   *
   * @returns Whether it is new.
   */
  async accept(message: IncomingMessage, ttlMs: number): Promise<boolean> {
    const atomic = this.#kv.atomic();
    this.#values.put(atomic, ["in", message.messageId], message);
    return await this.#once(["seen", message.messageId], ttlMs, atomic);
  }

  /** Notes that a message was dealt with, without keeping it; returns whether its id is new. */
  markSeen(messageId: string, ttlMs: number): Promise<boolean> {
    return this.#once(["seen", messageId], ttlMs);
  }

  /** Notes that `key` happened, unless it already did within `ttlMs` milliseconds; returns whether it is new. */
  once(key: string, ttlMs: number): Promise<boolean> {
    return this.#once(["once", key], ttlMs);
  }

  /** The same, together with what else is to happen then. */
  async #once(key: Deno.KvKey, ttlMs: number, atomic = this.#kv.atomic()): Promise<boolean> {
    const entry = await this.#kv.get<number>(key);
    if (entry.value !== null && entry.value > Date.now()) return false;
    // KV sweeps expired keys late, about once a minute; the stored time is the one that counts.
    atomic.check(entry).set(key, Date.now() + ttlMs, { expireIn: ttlMs });
    return (await this.#commit(atomic)).ok;
  }

  /** Calls back with a conversation's key after each commit of rows of its ledger. */
  watchRows(onRows: (conversation: string) => void): void {
    this.#onRows = onRows;
  }

  /**
   * Makes all of these changes in one step. While the disk does not take them, it waits: whoever asked
   * has nothing better to do than to wait too.
   */
  async commit(changes: Changes): Promise<void> {
    await this.#untilSaved(() => this.#write(changes));
    const rows = [...changes.rows ?? [], ...changes.rowChanges ?? []];
    for (const key of new Set(rows.map(({ conversation }) => conversation))) this.#onRows(key);
  }

  /**
   * Changes a row without telling who watches the rows: for the one who sends them.
   *
   * @param sent The message that shows the row.
   */
  async updateRow(
    { conversation, id }: Pick<LedgerRow, "conversation" | "id">,
    change: RowChange["change"],
    sent?: Slot,
  ): Promise<void> {
    const rowChanges = [{ conversation, id, change }];
    await this.#untilSaved(() => this.#write({ rowChanges, ...(sent && { sent: [sent] }) }));
  }

  async #write(changes: Changes): Promise<void> {
    const { rows = [] } = changes;
    // The rows of a very long answer are more than one step can take. Whoever is interrupted before the
    // last step does it all again, under the same ids.
    const lastStart = Math.floor(Math.max(rows.length - 1, 0) / ROWS_PER_COMMIT) * ROWS_PER_COMMIT;
    for (let i = 0; i < lastStart; i += ROWS_PER_COMMIT) {
      const atomic = this.#kv.atomic();
      for (const row of rows.slice(i, i + ROWS_PER_COMMIT)) this.#putRow(atomic, row);
      await this.#commit(atomic);
    }
    for (;;) {
      const atomic = this.#kv.atomic();
      for (const row of rows.slice(lastStart)) this.#putRow(atomic, row);
      for (const change of changes.rowChanges ?? []) await this.#changeRow(atomic, change);
      await this.#putRecords(atomic, changes);
      if ((await this.#commit(atomic)).ok) return;
    }
  }

  #putRow(atomic: Deno.AtomicOperation, row: LedgerRow): void {
    this.#values.put(atomic, ["row", row.conversation, row.id], row);
    noteSent(atomic, row.slot);
  }

  async #changeRow(
    atomic: Deno.AtomicOperation,
    { conversation, id, change }: RowChange,
  ): Promise<void> {
    const key = ["row", conversation, id];
    const { entry, value: before } = await this.#values.entry<LedgerRow>(key);
    const after = change(before);
    if (after === before) return;
    atomic.check(entry);
    if (after === undefined) await this.#values.drop(atomic, key);
    else this.#putRow(atomic, after);
  }

  async #putRecords(atomic: Deno.AtomicOperation, changes: Changes): Promise<void> {
    const { handled = [], conversation, turns = [], closed = [], sent = [] } = changes;
    for (const { messageId } of handled) await this.#values.drop(atomic, ["in", messageId]);
    if (conversation) {
      this.#values.put(atomic, ["conversation", conversation.key], conversation);
    }
    for (const turn of turns) {
      this.#values.put(atomic, ["prompt", turn.conversation, turn.id], turn);
      noteSent(atomic, turn.slot);
    }
    for (const turn of closed) {
      await this.#values.drop(atomic, ["prompt", turn.conversation, turn.id]);
    }
    for (const slot of sent) noteSent(atomic, slot);
  }

  /** Lets a person in from now on. */
  async addPaired(openId: string): Promise<void> {
    await this.#commit(this.#kv.atomic().set(["paired", openId], true));
  }

  /** Who was let in with a code. */
  async paired(): Promise<string[]> {
    const entries = await Array.fromAsync(this.#kv.list({ prefix: ["paired"] }));
    return entries.map(({ key }) => String(key[1]));
  }

  /** One row of the ledger. */
  row(conversation: string, id: string): Promise<LedgerRow | undefined> {
    return this.#values.get<LedgerRow>(["row", conversation, id]);
  }

  /** Notes that a message is the answer to an ask; remembered for a day. */
  async noteAnswer(messageId: string, ask: string): Promise<void> {
    const expireIn = 24 * 3_600_000;
    await this.#untilSaved(() =>
      this.#commit(this.#kv.atomic().set(["answer", messageId], ask, { expireIn }))
    );
  }

  /** The ask to which a message is the answer, as far as noted. */
  async answerTo(messageId: string): Promise<string | undefined> {
    return (await this.#kv.get<string>(["answer", messageId])).value ?? undefined;
  }

  /** Notes that the bridge, with this layout of the store, is running at `time` (ms since 1970). */
  async markAlive(time: number): Promise<void> {
    await this.#commit(this.#kv.atomic().set(["alive"], time).set(["schema"], SCHEMA));
  }

  /** When the bridge was last known to run, in milliseconds since 1970. */
  async lastAlive(): Promise<number | undefined> {
    return (await this.#kv.get<number>(["alive"])).value ?? undefined;
  }

  /** Whether a message is known to be one of ours; remembered for two days. */
  async isSent(messageId: string): Promise<boolean> {
    return (await this.#kv.get(["sent", messageId])).value !== null;
  }

  /** Messages that were accepted and not yet worked on, oldest first. */
  async inbox(): Promise<IncomingMessage[]> {
    const all = (await this.#values.list<IncomingMessage>(["in"])).map(readStoredMessage);
    return all.sort((a, b) => a.receivedAt - b.receivedAt);
  }

  /** One conversation, if it was ever stored. */
  conversation(key: string): Promise<ConversationRecord | undefined> {
    return this.#values.get<ConversationRecord>(["conversation", key]);
  }

  /** All conversations. */
  conversations(): Promise<ConversationRecord[]> {
    return this.#values.list<ConversationRecord>(["conversation"]);
  }

  /** Turns that are not over, in the order in which they were asked for; of one conversation or of all. */
  async turns(conversation?: string): Promise<TurnRecord[]> {
    return (await this.#values.list<TurnRecord>(prefixOf("prompt", conversation))).map(
      readStoredTurn,
    );
  }

  /** Rows of the ledger in the order in which they are sent, of one conversation or of all. */
  async rows(conversation?: string): Promise<LedgerRow[]> {
    const rows = await this.#values.list<LedgerRow>(prefixOf("row", conversation));
    // Stable: rows of one moment stay in the order of their ids.
    return rows.sort((a, b) => a.createdAt - b.createdAt);
  }

  async #commit(atomic: Deno.AtomicOperation): Promise<{ ok: boolean }> {
    try {
      const result = await atomic.commit();
      this.#writeError = undefined;
      return result;
    } catch (error) {
      this.#writeError = describe(error);
      throw error;
    }
  }

  async #untilSaved<T>(write: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        // The words of SQLite for what may pass; a lock is held by whoever copies the file.
        const isTemporary = /disk is full|readonly|disk I\/O|locked/.test(String(error));
        if (this.#closed || !isTemporary) throw error;
        await delay(RETRY_MS);
        if (this.#closed) throw error;
      }
    }
  }
}

function prefixOf(kind: "prompt" | "row", conversation: string | undefined): Deno.KvKey {
  return conversation === undefined ? [kind] : [kind, conversation];
}

/** Remembers a message of ours, to tell it from one whose creation we never heard of. */
function noteSent(atomic: Deno.AtomicOperation, slot: Slot | undefined): void {
  if (slot?.messageId === undefined) return;
  atomic.set(["sent", slot.messageId], true, { expireIn: 2 * 24 * 3_600_000 });
}

import { delay } from "@std/async";
import { describe } from "../base/errors.ts";
import type { ConversationRecord } from "../model/conversation.ts";
import type { LedgerRow } from "../model/ledger.ts";
import type { IncomingMessage } from "../model/message.ts";
import type { PairedUser } from "../model/settings.ts";
import type { Slot } from "../model/slot.ts";
import type { TurnRecord } from "../model/turn.ts";
import type { Changes, RowChange } from "./changes.ts";
import { Marks, type MessageRef } from "./marks.ts";
import { readStoredMessage, readStoredTurn, SCHEMA } from "./stored.ts";
import { Values } from "./values.ts";

/** How many rows surely fit into one commit; Deno KV accepts 800 KB. */
const ROWS_PER_COMMIT = 10;

/** Milliseconds between two attempts to save when the disk refuses. */
const RETRY_MS = 2_000;

/** The state of the bridge in Deno KV. Only `store/` knows the keys. */
export class Store implements AsyncDisposable {
  readonly #kv: Deno.Kv;
  readonly #values: Values;
  /** What is known of the chats' histories. */
  readonly marks: Marks;
  #closed = false;
  #writeError: string | undefined;
  #onRows: (conversation: string) => void = () => {};

  /** @param kv An open database; the store closes it. */
  constructor(kv: Deno.Kv) {
    this.#kv = kv;
    this.#values = new Values(kv);
    this.marks = new Marks(kv, this.#values, (atomic) => this.#commit(atomic));
  }

  /** Closes the database. The store cannot be used afterwards. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#kv.close();
    return Promise.resolve();
  }

  /** Why nothing can be saved at the moment, for example a full disk. */
  get writeError(): string | undefined {
    return this.#writeError;
  }

  /**
   * Adds a message to the inbox, unless it was seen before.
   *
   * @param sentAt When it was sent, in milliseconds since 1970 on the chat platform's clock.
   * @returns Whether it is new.
   */
  async accept(message: IncomingMessage, sentAt: number = message.createdAt): Promise<boolean> {
    const atomic = this.#kv.atomic();
    this.#values.put(atomic, ["in", message.messageId], message);
    await this.marks.note(atomic, message, sentAt);
    return await this.marks.see(message, sentAt, atomic);
  }

  /** Records that a message was seen, without storing it; returns whether its id is new. */
  markSeen(message: MessageRef, sentAt: number): Promise<boolean> {
    return this.marks.see(message, sentAt);
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

  /** Calls `onRows` with a conversation's key after each commit of its ledger rows. */
  watchRows(onRows: (conversation: string) => void): void {
    this.#onRows = onRows;
  }

  /**
   * Commits all of these changes in one step. While the disk refuses them, it keeps trying, and the
   * caller waits.
   */
  async commit(changes: Changes): Promise<void> {
    await this.#untilSaved(() => this.#write(changes));
    const rows = [...changes.rows ?? [], ...changes.rowChanges ?? []];
    for (const key of new Set(rows.map(({ conversation }) => conversation))) this.#onRows(key);
  }

  /**
   * Changes a row without notifying the watcher of rows: the outbox uses this for rows it sends.
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
    // A very long answer has more rows than fit into one commit. If the program dies before the last
    // commit, all rows are written again under the same ids.
    const lastStart = Math.floor(Math.max(rows.length - 1, 0) / ROWS_PER_COMMIT) * ROWS_PER_COMMIT;
    for (let i = 0; i < lastStart; i += ROWS_PER_COMMIT) {
      const atomic = this.#kv.atomic();
      for (const row of rows.slice(i, i + ROWS_PER_COMMIT)) this.#putRow(atomic, row);
      await this.#commit(atomic);
    }
    const { rowChanges = [], ...records } = changes;
    const hasRecords = Object.values(records)
      .some((change) => !Array.isArray(change) || change.length > 0);
    for (;;) {
      const atomic = this.#kv.atomic();
      for (const row of rows.slice(lastStart)) this.#putRow(atomic, row);
      let hasChanges = hasRecords;
      for (const change of rowChanges) {
        if (await this.#changeRow(atomic, change)) hasChanges = true;
      }
      // Deno KV writes an empty step too, which a full disk refuses.
      if (!hasChanges) return;
      await this.#putRecords(atomic, changes);
      if ((await this.#commit(atomic)).ok) return;
    }
  }

  #putRow(atomic: Deno.AtomicOperation, row: LedgerRow): void {
    this.#values.put(atomic, ["row", row.conversation, row.id], row);
    noteSent(atomic, row.slot);
  }

  /** Adds the change to `atomic`; returns whether there is one. */
  async #changeRow(
    atomic: Deno.AtomicOperation,
    { conversation, id, change }: RowChange,
  ): Promise<boolean> {
    const key = ["row", conversation, id];
    const { entry, value: before } = await this.#values.entry<LedgerRow>(key);
    const after = change(before);
    if (after === before) return false;
    atomic.check(entry);
    if (after === undefined) await this.#values.drop(atomic, key);
    else this.#putRow(atomic, after);
    return true;
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

  /** Stores that a person, by `open_id`, was paired; resolves with the time of it. */
  async addPaired(openId: string): Promise<number> {
    const since = Date.now();
    await this.#commit(this.#kv.atomic().set(["paired", openId], since));
    return since;
  }

  /** Forgets that a person was paired. */
  async removePaired(openId: string): Promise<void> {
    await this.#commit(this.#kv.atomic().delete(["paired", openId]));
  }

  /** Everyone who was paired, in the order of pairing. */
  async paired(): Promise<PairedUser[]> {
    const entries = await Array.fromAsync(this.#kv.list<unknown>({ prefix: ["paired"] }));
    return entries.sort((a, b) => a.versionstamp < b.versionstamp ? -1 : 1).map((
      { key, value },
    ) => ({ openId: String(key[1]), since: typeof value === "number" ? value : 0 }));
  }

  /** One row of the ledger, if it exists. */
  row(conversation: string, id: string): Promise<LedgerRow | undefined> {
    return this.#values.get<LedgerRow>(["row", conversation, id]);
  }

  /** Records that a message is the answer to an ask; remembered for a day. */
  async noteAnswer(messageId: string, ask: string): Promise<void> {
    const expireIn = 24 * 3_600_000;
    await this.#untilSaved(() =>
      this.#commit(this.#kv.atomic().set(["answer", messageId], ask, { expireIn }))
    );
  }

  /** The id of the ask that a message was recorded as the answer to. */
  async answerTo(messageId: string): Promise<string | undefined> {
    return (await this.#kv.get<string>(["answer", messageId])).value ?? undefined;
  }

  /** Records that the bridge, with this schema, is running at `time` (ms since 1970). */
  async markAlive(time: number): Promise<void> {
    await this.#commit(this.#kv.atomic().set(["alive"], time).set(["schema"], SCHEMA));
  }

  /** When the bridge was last known to run, in milliseconds since 1970. */
  async lastAlive(): Promise<number | undefined> {
    return (await this.#kv.get<number>(["alive"])).value ?? undefined;
  }

  /** Whether a message is known to be the bridge's own; remembered for two days. */
  async isSent(messageId: string): Promise<boolean> {
    return (await this.#kv.get(["sent", messageId])).value !== null;
  }

  /** Messages that were accepted but not handled yet, oldest first. */
  async inbox(): Promise<IncomingMessage[]> {
    const all = (await this.#values.list<IncomingMessage>(["in"])).map(readStoredMessage);
    return all.sort((a, b) => a.receivedAt - b.receivedAt);
  }

  /** One conversation, by its key, if it was ever stored. */
  conversation(key: string): Promise<ConversationRecord | undefined> {
    return this.#values.get<ConversationRecord>(["conversation", key]);
  }

  /** All stored conversations. */
  conversations(): Promise<ConversationRecord[]> {
    return this.#values.list<ConversationRecord>(["conversation"]);
  }

  /** The turns that have not ended, oldest first, of one conversation or of all. */
  async turns(conversation?: string): Promise<TurnRecord[]> {
    return (await this.#values.list<TurnRecord>(prefixOf("prompt", conversation))).map(
      readStoredTurn,
    );
  }

  /** The rows of the ledger in sending order, of one conversation or of all. */
  async rows(conversation?: string): Promise<LedgerRow[]> {
    const rows = await this.#values.list<LedgerRow>(prefixOf("row", conversation));
    // The sort is stable: rows created in the same millisecond stay in the order of their ids.
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
        // SQLite's messages for errors that may pass; the file is locked while somebody copies it.
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

/** Remembers the bridge's own message, to tell it from one whose creation was never confirmed. */
function noteSent(atomic: Deno.AtomicOperation, slot: Slot | undefined): void {
  if (slot?.messageId === undefined) return;
  atomic.set(["sent", slot.messageId], true, { expireIn: 2 * 24 * 3_600_000 });
}

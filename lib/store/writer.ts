import type { LedgerRow } from "../model/ledger.ts";
import type { Changes, RowChange } from "./changes.ts";
import type { DiskWrites } from "./disk.ts";
import type { AtomicChanges, Kv } from "./kv.ts";
import { putSchedule } from "./schedules.ts";
import { markSent } from "./sent_marks.ts";
import type { Spendings } from "./spendings.ts";
import type { UndeliveredRows } from "./undelivered_rows.ts";
import type { Values } from "./values.ts";

/** How many rows surely fit into one commit; Deno KV accepts 800 KB. */
const ROWS_PER_COMMIT = 10;

/** Writes changes into Deno KV. Makes one attempt at the disk. */
export class Writer {
  readonly #kv: Kv;
  readonly #values: Values;
  readonly #disk: DiskWrites;
  readonly #undelivered: UndeliveredRows;
  readonly #spendings: Spendings;

  constructor(
    kv: Kv,
    values: Values,
    disk: DiskWrites,
    undelivered: UndeliveredRows,
    spendings: Spendings,
  ) {
    this.#kv = kv;
    this.#values = values;
    this.#disk = disk;
    this.#undelivered = undelivered;
    this.#spendings = spendings;
  }

  /** Writes all of these changes in one step, or what fits into one when there are very many rows. */
  async write(changes: Changes): Promise<void> {
    const { rows = [] } = changes;
    // A very long answer has more rows than fit into one commit. If the program dies before the last
    // commit, all rows are written again under the same ids.
    const lastStart = Math.floor(Math.max(rows.length - 1, 0) / ROWS_PER_COMMIT) * ROWS_PER_COMMIT;
    for (let i = 0; i < lastStart; i += ROWS_PER_COMMIT) {
      const atomic = this.#kv.atomic();
      const some = rows.slice(i, i + ROWS_PER_COMMIT);
      for (const row of some) this.#putRow(atomic, row);
      await this.#commit(atomic);
      for (const row of some) this.#undelivered.note(row, row);
    }
    const { rowChanges = [], ...records } = changes;
    const hasRecords = Object.values(records)
      .some((change) => !Array.isArray(change) || change.length > 0);
    for (;;) {
      const atomic = this.#kv.atomic();
      for (const row of rows.slice(lastStart)) this.#putRow(atomic, row);
      const changed: { readonly key: RowChange; readonly row: LedgerRow | undefined }[] = [];
      for (const key of rowChanges) {
        const { before, after } = await this.#changeRow(atomic, key);
        if (after !== before) changed.push({ key, row: after });
      }
      // Deno KV writes an empty step too, which a full disk refuses.
      if (!hasRecords && changed.length === 0) return;
      await this.#putRecords(atomic, changes);
      if (!(await this.#commit(atomic)).ok) continue;
      for (const row of rows.slice(lastStart)) this.#undelivered.note(row, row);
      for (const { key, row } of changed) this.#undelivered.note(key, row);
      return;
    }
  }

  #putRow(atomic: AtomicChanges, row: LedgerRow): void {
    this.#values.put(atomic, ["row", row.conversation, row.id], row);
    markSent(atomic, row.slot);
  }

  /** Adds the change to `atomic`; returns the row before and after it. */
  async #changeRow(
    atomic: AtomicChanges,
    { conversation, id, change }: RowChange,
  ): Promise<{ before: LedgerRow | undefined; after: LedgerRow | undefined }> {
    const key = ["row", conversation, id];
    const { entry, value: before } = await this.#values.entry<LedgerRow>(key);
    const after = change(before);
    if (after === before) return { before, after };
    atomic.check(entry);
    if (after === undefined) await this.#values.drop(atomic, key);
    else this.#putRow(atomic, after);
    return { before, after };
  }

  async #putRecords(atomic: AtomicChanges, changes: Changes): Promise<void> {
    const { handled = [], received = [], conversation, turns = [], closed = [], sent = [] } =
      changes;
    for (const { messageId } of handled) await this.#values.drop(atomic, ["in", messageId]);
    for (const message of received) this.#values.put(atomic, ["in", message.messageId], message);
    if (conversation) {
      this.#values.put(atomic, ["conversation", conversation.key], conversation);
    }
    for (const { record, at } of changes.begun ?? []) {
      this.#values.put(atomic, ["conversation", record.key], record);
      atomic.set(["active", record.key], at);
    }
    for (const turn of [...turns, ...closed]) await this.#spendings.count(atomic, turn);
    for (const turn of turns) {
      this.#values.put(atomic, ["prompt", turn.conversation, turn.id], turn);
      markSent(atomic, turn.slot);
    }
    for (const turn of closed) {
      await this.#values.drop(atomic, ["prompt", turn.conversation, turn.id]);
    }
    for (const slot of sent) markSent(atomic, slot);
    for (const rule of changes.allowed ?? []) this.#values.put(atomic, ["always", rule.id], rule);
    for (const { id } of changes.forgotten ?? []) await this.#values.drop(atomic, ["always", id]);
    for (const { key, ttlMs } of changes.happened ?? []) {
      atomic.set(["once", key], Date.now() + ttlMs, { expireIn: ttlMs });
    }
    for (const one of changes.schedules ?? []) await putSchedule(atomic, one, this.#values);
  }

  #commit(atomic: AtomicChanges): Promise<{ ok: boolean }> {
    return this.#disk.write(() => atomic.commit());
  }
}

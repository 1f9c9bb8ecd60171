import { RecentMap } from "../base/recent_map.ts";
import type { ConversationRecord } from "../model/conversation.ts";
import type { Ownership } from "../model/machine.ts";
import type { LedgerRow } from "../model/ledger.ts";
import type { Changes, RowChange } from "./changes.ts";
import type { Disk } from "./disk.ts";
import type { Known } from "./known.ts";
import type { AtomicChanges, Kv } from "./kv/kv.ts";
import { type OwnerEntry, type Owners, SETTINGS_CHANGED } from "./owners.ts";
import { putSchedule } from "./schedules.ts";
import { markSent } from "./sent_marks.ts";
import type { Spendings } from "./spendings.ts";
import type { UndeliveredRows } from "./undelivered_rows.ts";
import type { Values } from "./values.ts";

/** How many rows surely fit into one commit; Deno KV accepts 800 KB. */
const ROWS_PER_COMMIT = 10;

/** How many changes of rows surely fit into one commit: each checks its row, and a server allows 10 checks. */
const CHANGES_PER_COMMIT = 5;

/** Of how many conversations the preferences are remembered; with any other, the machines look for news once more. */
const MAX_PREFERENCES = 5_000;

/** What a {@linkcode Writer} needs. */
export interface WriterOptions {
  readonly kv: Kv;
  readonly values: Values;
  readonly disk: Disk;
  /** Are told of what was written. */
  readonly undelivered: UndeliveredRows;
  readonly spendings: Spendings;
  readonly known: Known;
  /** Who may change which conversation, if not only this machine does. */
  readonly owners: Owners | undefined;
}

/** Writes changes into Deno KV. Makes one attempt at the disk. */
export class Writer {
  readonly #kv: Kv;
  readonly #values: Values;
  readonly #disk: Disk;
  readonly #undelivered: UndeliveredRows;
  readonly #spendings: Spendings;
  readonly #known: Known;
  readonly #owners: Owners | undefined;
  /** The preferences of each conversation when it was last written, as JSON, as far as they are remembered. */
  readonly #preferences = new RecentMap<string, string>(MAX_PREFERENCES);

  constructor(options: WriterOptions) {
    this.#kv = options.kv;
    this.#values = options.values;
    this.#disk = options.disk;
    this.#undelivered = options.undelivered;
    this.#spendings = options.spendings;
    this.#known = options.known;
    this.#owners = options.owners;
  }

  /** Writes all of these changes in one step, or what fits into one when there are very many rows. */
  async write(changes: Changes): Promise<void> {
    const { rows = [] } = changes;
    // A very long answer has more rows than fit into one commit. If the program dies before the last
    // commit, all rows are written again under the same ids.
    const lastStart = Math.floor(Math.max(rows.length - 1, 0) / ROWS_PER_COMMIT) * ROWS_PER_COMMIT;
    for (let i = 0; i < lastStart; i += ROWS_PER_COMMIT) {
      const some = rows.slice(i, i + ROWS_PER_COMMIT);
      const put = (atomic: AtomicChanges) => {
        for (const row of some) this.#putRow(atomic, row);
        return Promise.resolve(true);
      };
      while (!await this.#commit({ rows: some }, put));
      for (const row of some) this.#undelivered.note(row, row);
    }
    const { rowChanges: allChanges = [], ...records } = changes;
    const rowChanges = allChanges.slice(-CHANGES_PER_COMMIT);
    const earlier = allChanges.slice(0, -CHANGES_PER_COMMIT);
    for (let i = 0; i < earlier.length; i += CHANGES_PER_COMMIT) {
      await this.write({ rowChanges: earlier.slice(i, i + CHANGES_PER_COMMIT) });
    }
    const hasRecords = Object.values(records)
      .some((change) => !Array.isArray(change) || change.length > 0);
    const changed: { readonly key: RowChange; readonly row: LedgerRow | undefined }[] = [];
    const put = async (atomic: AtomicChanges) => {
      changed.length = 0;
      for (const row of rows.slice(lastStart)) this.#putRow(atomic, row);
      for (const key of rowChanges) {
        const { before, after } = await this.#changeRow(atomic, key);
        if (after !== before) changed.push({ key, row: after });
      }
      // Deno KV writes an empty step too, which a full disk refuses.
      if (!hasRecords && changed.length === 0) return false;
      await this.#putRecords(atomic, changes);
      return true;
    };
    while (!await this.#commit(changes, put));
    for (const row of rows.slice(lastStart)) this.#undelivered.note(row, row);
    for (const { key, row } of changed) this.#undelivered.note(key, row);
  }

  /**
   * Gives a conversation another owner, with the changes of it that belong to that, in one step and one attempt.
   *
   * @param relay What is passed on to the machine that had it.
   * @returns Whether nobody else had changed the owner meanwhile.
   */
  async replaceOwner(
    entry: OwnerEntry,
    ownership: Ownership,
    changes: Pick<Changes, "handled" | "conversation" | "turns" | "closed" | "received" | "rows"> =
      {},
    more: (atomic: AtomicChanges) => void = () => {},
  ): Promise<boolean> {
    const { rows = [] } = changes;
    const isReplaced = await this.#owners?.replace(entry, ownership, async (atomic) => {
      for (const row of rows) this.#putRow(atomic, row);
      await this.#putRecords(atomic, changes);
      more(atomic);
    });
    if (isReplaced) { for (const row of rows) this.#undelivered.note(row, row); }
    return isReplaced ?? false;
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
      this.#putConversation(atomic, conversation);
      this.#tellOthers(atomic, conversation);
    }
    for (const { record, at } of changes.begun ?? []) {
      this.#putConversation(atomic, record);
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
    const machine = this.#owners?.machine;
    for (const rule of changes.allowed ?? []) {
      this.#values.put(atomic, ["always", rule.id], { ...rule, ...(machine && { machine }) });
    }
    for (const { id } of changes.forgotten ?? []) await this.#values.drop(atomic, ["always", id]);
    for (const { key, ttlMs } of changes.happened ?? []) {
      atomic.set(["once", key], Date.now() + ttlMs, { expireIn: ttlMs });
    }
    for (const one of changes.schedules ?? []) await putSchedule(atomic, one, this.#values);
  }

  #putConversation(atomic: AtomicChanges, record: ConversationRecord): void {
    this.#values.put(atomic, ["conversation", record.key], record);
    this.#known.put(atomic, record);
  }

  /** Lets other machines know, in the same commit, that the settings of a conversation have changed. */
  #tellOthers(
    atomic: AtomicChanges,
    { key, preferences }: Pick<ConversationRecord, "key" | "preferences">,
  ): void {
    const now = JSON.stringify(preferences ?? {});
    if (this.#owners === undefined || this.#preferences.get(key) === now) return;
    this.#preferences.set(key, now);
    this.#owners.wake(atomic, SETTINGS_CHANGED);
  }

  /**
   * Makes one attempt at a commit; resolves with whether it got through, or had nothing to change.
   *
   * @param put Adds the changes; resolves with whether there are any.
   * @throws {MovedError} If one of the conversations belongs to another machine.
   */
  async #commit(
    changes: Changes,
    put: (atomic: AtomicChanges) => Promise<boolean>,
  ): Promise<boolean> {
    const atomic = this.#kv.atomic();
    const keys = this.#owners ? conversationsOf(changes) : [];
    const claims = this.#owners?.fence(atomic, keys) ?? [];
    if (!await put(atomic)) return true;
    const result = await this.#disk.write(() => atomic.commit());
    if (result.ok) this.#owners?.note(claims, result.versionstamp);
    else await this.#owners?.reread(keys);
    return result.ok;
  }
}

/** The keys of the conversations that are changed. */
function conversationsOf(
  { conversation, begun = [], turns = [], closed = [], ...changes }: Changes,
): string[] {
  const { rows = [], rowChanges = [], schedules = [] } = changes;
  const records = [...conversation ? [conversation] : [], ...begun.map(({ record }) => record)];
  const parts = [...turns, ...closed, ...rows, ...rowChanges, ...schedules];
  return [...records.map(({ key }) => key), ...parts.map((part) => part.conversation)];
}

import { isUndelivered, type LedgerRow } from "../model/ledger.ts";

/** Counts the rows that wait for delivery without reading the ledger each time. */
export class UndeliveredRows {
  readonly #keys = new Set<string>();
  /** The rows that changed while the ledger is read for the first time. */
  #changed: Set<string> | undefined;
  #counting: Promise<void> | undefined;

  /** Notes a stored row, or that it was deleted. */
  note({ conversation, id }: Pick<LedgerRow, "conversation" | "id">, row?: LedgerRow): void {
    const key = `${conversation} ${id}`;
    this.#changed?.add(key);
    if (row !== undefined && isUndelivered(row)) this.#keys.add(key);
    else this.#keys.delete(key);
  }

  /** How many rows wait. @param read Reads all rows; called once. */
  async count(read: () => Promise<readonly LedgerRow[]>): Promise<number> {
    this.#counting ??= this.#readAll(read).catch((error) => {
      // The next caller tries again.
      this.#counting = undefined;
      throw error;
    });
    await this.#counting;
    return this.#keys.size;
  }

  async #readAll(read: () => Promise<readonly LedgerRow[]>): Promise<void> {
    const changed = new Set<string>();
    this.#changed = changed;
    for (const row of await read()) {
      const key = `${row.conversation} ${row.id}`;
      if (isUndelivered(row) && !changed.has(key)) this.#keys.add(key);
    }
    this.#changed = undefined;
  }
}

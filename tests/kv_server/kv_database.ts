import { DatabaseSync } from "node:sqlite";
import {
  type AtomicWrite,
  type KvEntry,
  MUTATION,
  type Mutation,
  type ReadRange,
} from "./datapath.ts";

/** A row of the table. */
interface Row {
  readonly k: Uint8Array;
  readonly v: Uint8Array;
  readonly encoding: number;
  readonly version: number;
}

/** How often expired values are deleted, in milliseconds. Until then they can be read, as with denokv. */
const SWEEP_MS = 60_000;

/** Ordered bytes in an SQLite file, like denokv's own. A process that is killed loses nothing that was committed. */
export class KvDatabase implements Disposable {
  readonly #sql: DatabaseSync;
  readonly #watchers = new Set<(keys: ReadonlySet<string>) => void>();
  readonly #sweeping: ReturnType<typeof setInterval>;

  /** @param path The file, which is made; in memory unless given. */
  constructor(path = ":memory:") {
    this.#sql = new DatabaseSync(path);
    this.#sql.exec(`
      pragma journal_mode = wal;
      create table if not exists kv
        (k blob primary key, v blob, encoding integer, version integer, expires integer) without rowid;
      create table if not exists last (version integer);
      insert into last select 0 where not exists (select 1 from last);
    `);
    this.#sweeping = setInterval(() => this.sweep(), SWEEP_MS);
    Deno.unrefTimer(Number(this.#sweeping));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweeping);
    this.#sql.close();
  }

  /** Deletes what has expired. */
  sweep(): void {
    const gone = this.#sql.prepare("delete from kv where expires > 0 and expires <= ? returning k")
      .all(Date.now()) as unknown as Row[];
    this.#tell(gone.map(({ k }) => k));
  }

  /** The values of ranges of keys, as of one moment. */
  read(ranges: readonly ReadRange[]): KvEntry[][] {
    return ranges.map(({ start, end, limit, reverse }) => {
      const order = reverse ? "desc" : "asc";
      const rows = this.#sql
        .prepare(`select * from kv where k >= ? and k < ? order by k ${order} limit ?`)
        .all(start, end, limit) as unknown as Row[];
      return rows.map(toEntry);
    });
  }

  /** The value of one key. */
  get(key: Uint8Array): KvEntry | undefined {
    const row = this.#sql.prepare("select * from kv where k = ?").get(key);
    return row && toEntry(row as unknown as Row);
  }

  /**
   * Makes changes, unless a check fails.
   *
   * @returns The versionstamp, or `undefined` when a check failed.
   * @throws {TypeError} When a sum, minimum or maximum meets something that is no 64-bit number.
   */
  write({ checks, mutations }: AtomicWrite): Uint8Array | undefined {
    this.#sql.exec("begin immediate");
    try {
      for (const { key, versionstamp } of checks) {
        const actual = this.get(key)?.versionstamp ?? new Uint8Array();
        if (!sameBytes(actual, versionstamp)) {
          this.#sql.exec("rollback");
          return undefined;
        }
      }
      // Versionstamps only grow, and not by one each time.
      const { version } = this.#sql
        .prepare("update last set version = version + ? returning version")
        .get(1 + Math.floor(Math.random() * 9)) as { version: number };
      for (const mutation of mutations) this.#mutate(mutation, version);
      this.#sql.exec("commit");
      this.#tell(mutations.map(({ key }) => key));
      return versionstampOf(version);
    } catch (error) {
      this.#sql.exec("rollback");
      throw error;
    }
  }

  /** Calls `onChange` with each change of one of these keys, until what it returns is called. */
  watch(keys: readonly Uint8Array[], onChange: () => void): () => void {
    const names = keys.map(nameOf);
    const watcher = (changed: ReadonlySet<string>) => {
      if (names.some((name) => changed.has(name))) onChange();
    };
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #mutate({ key, value, mutationType, expireAtMs }: Mutation, version: number): void {
    if (mutationType === MUTATION.delete) {
      this.#sql.prepare("delete from kv where k = ?").run(key);
      return;
    }
    const data = mutationType === MUTATION.set
      ? value.data
      : combine(mutationType, this.get(key), value);
    this.#sql.prepare("replace into kv (k, v, encoding, version, expires) values (?, ?, ?, ?, ?)")
      .run(key, data, value.encoding, version, expireAtMs);
  }

  #tell(keys: readonly Uint8Array[]): void {
    const names = new Set(keys.map(nameOf));
    if (names.size > 0) { for (const watcher of this.#watchers) watcher(names); }
  }
}

/** The sum, minimum or maximum of two 64-bit numbers; the new one if there is none yet. */
function combine(
  mutationType: number,
  old: KvEntry | undefined,
  value: Mutation["value"],
): Uint8Array {
  if (value.encoding !== 2 || (old !== undefined && old.encoding !== 2)) {
    throw new TypeError("Failed to perform the mutation on a non-U64 value in the database");
  }
  if (old === undefined) return value.data;
  const [a, b] = [toNumber(old.value), toNumber(value.data)];
  const result = mutationType === MUTATION.sum
    ? BigInt.asUintN(64, a + b)
    : (mutationType === MUTATION.max) === (a > b)
    ? a
    : b;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, result, true);
  return bytes;
}

const toNumber = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);

const toEntry = ({ k, v, encoding, version }: Row): KvEntry => ({
  key: k,
  value: v,
  encoding,
  versionstamp: versionstampOf(version),
});

/** 8 bytes with the highest first, and 2 that are zero. */
function versionstampOf(version: number): Uint8Array {
  const bytes = new Uint8Array(10);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(version));
  return bytes;
}

/** A key for a `Set`. */
const nameOf = (key: Uint8Array) => String.fromCharCode(...key);

const sameBytes = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

import { RecentMap } from "../base/recent_map.ts";
import type { AtomicChanges, Kv } from "./kv/kv.ts";

/** Deno KV refuses values above 64 KiB; larger values are stored in chunks of this many bytes. */
const CHUNK_BYTES = 60_000;

/** For how many values their number of chunks is remembered. */
const REMEMBERED = 10_000;

/** The bytes of a value, or how many chunks it has under `["part", ...key, i]`. */
type Stored = Uint8Array | number;

/**
 * JSON objects of any size in Deno KV. One that cannot be read is set aside under `["damaged", ...key]` and
 * counts as absent, so that it does not hold up the others.
 */
export class Values {
  readonly #kv: Kv;
  readonly #onDamaged: (key: Deno.KvKey, error: unknown) => void;
  /** Key → how many chunks its value has, for the values that were read or written last. */
  readonly #chunks = new RecentMap<string, number>(REMEMBERED);

  /** @param onDamaged Called with each value that was set aside. */
  constructor(kv: Kv, onDamaged: (key: Deno.KvKey, error: unknown) => void) {
    this.#kv = kv;
    this.#onDamaged = onDamaged;
  }

  /** Adds to `atomic` the writing of a value. */
  put(atomic: AtomicChanges, key: Deno.KvKey, value: unknown): void {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const isWhole = bytes.length <= CHUNK_BYTES;
    const chunks = isWhole ? 0 : Math.ceil(bytes.length / CHUNK_BYTES);
    atomic.set(key, isWhole ? bytes : chunks);
    for (let i = 0; i < chunks; i++) {
      atomic.set(["part", ...key, i], bytes.slice(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES));
    }
    for (let i = chunks; i < (this.#chunks.get(nameOf(key)) ?? 0); i++) {
      atomic.delete(["part", ...key, i]);
    }
    this.#chunks.set(nameOf(key), chunks);
  }

  /** Adds to `atomic` the deletion of a value with all its chunks. */
  async drop(atomic: AtomicChanges, key: Deno.KvKey): Promise<void> {
    atomic.delete(key);
    const chunks = this.#chunks.get(nameOf(key));
    if (chunks !== undefined) {
      for (let i = 0; i < chunks; i++) atomic.delete(["part", ...key, i]);
      return;
    }
    for await (const part of this.#kv.list({ prefix: ["part", ...key] })) atomic.delete(part.key);
  }

  /** A value with its entry, for `atomic.check`. */
  async entry<T>(
    key: Deno.KvKey,
  ): Promise<{ entry: Deno.KvEntryMaybe<Stored>; value: T | undefined }> {
    const entry = await this.#kv.get<Stored>(key);
    return { entry, value: entry.value === null ? undefined : await this.#read<T>(entry) };
  }

  /** The value of a key, if it exists. */
  async get<T>(key: Deno.KvKey): Promise<T | undefined> {
    return (await this.entry<T>(key)).value;
  }

  /**
   * All values under a prefix, sorted by key.
   *
   * @param convert Converts what older versions stored; it throws if it cannot.
   */
  async list<T>(prefix: Deno.KvKey, convert?: (stored: T) => T): Promise<T[]> {
    return await this.listRange({ prefix }, convert);
  }

  /** The same as {@linkcode list}, for whatever keys. */
  async listRange<T>(
    selector: Deno.KvListSelector,
    convert?: (stored: T) => T,
  ): Promise<T[]> {
    const found: T[] = [];
    for await (const entry of this.#kv.list<Stored>(selector)) {
      const value = await this.#read(entry, convert);
      if (value !== undefined) found.push(value);
    }
    return found;
  }

  async #read<T>(
    entry: Deno.KvEntry<Stored>,
    convert = (stored: T): T => stored,
  ): Promise<T | undefined> {
    const bytes = await this.#bytes(entry);
    try {
      const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
      if (typeof value !== "object" || value === null) throw new TypeError("it is no object");
      return convert(value as T);
    } catch (error) {
      const isDamaged = await this.#setAside(entry);
      if (isDamaged) this.#onDamaged(entry.key, error);
      // Its chunks were replaced while they were read.
      const newer = isDamaged ? undefined : await this.#kv.get<Stored>(entry.key);
      return newer && newer.value !== null ? await this.#read(newer, convert) : undefined;
    }
  }

  /** The bytes of a value, as far as they are there. */
  async #bytes(
    { key, value, versionstamp }: Deno.KvEntry<Stored>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (typeof value !== "number") return new Uint8Array(value);
    this.#chunks.set(nameOf(key), value);
    const chunks: BlobPart[] = [];
    for (let i = 0; i < value; i++) {
      const chunk = await this.#kv.get<Uint8Array<ArrayBuffer>>(["part", ...key, i]);
      // Another version belongs to a value that replaced this one.
      if (chunk.versionstamp === versionstamp) chunks.push(chunk.value);
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  }

  /** Moves a value out of the way, unless it has changed; returns whether it is still the same. */
  async #setAside(entry: Deno.KvEntry<Stored>): Promise<boolean> {
    const { key, value } = entry;
    const atomic = this.#kv.atomic().check(entry);
    const moved = atomic.set(["damaged", ...key], value).delete(key).commit();
    // On a full disk it stays where it is.
    return (await moved.catch(() => ({ ok: true }))).ok;
  }
}

const nameOf = (key: Deno.KvKey) => key.join("/");

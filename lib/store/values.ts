/** Deno KV refuses values above 64 KiB; larger values are stored in chunks of this many bytes. */
const CHUNK_BYTES = 60_000;

/** The bytes of a value, or how many chunks it has under `["part", ...key, i]`. */
type Stored = Uint8Array | number;

/** JSON values of any size in Deno KV. */
export class Values {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Adds to `atomic` the writing of a value. */
  put(atomic: Deno.AtomicOperation, key: Deno.KvKey, value: unknown): void {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    if (bytes.length <= CHUNK_BYTES) {
      atomic.set(key, bytes);
      return;
    }
    const chunks = Math.ceil(bytes.length / CHUNK_BYTES);
    atomic.set(key, chunks);
    for (let i = 0; i < chunks; i++) {
      atomic.set(["part", ...key, i], bytes.slice(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES));
    }
  }

  /** Adds to `atomic` the deletion of a value with all its chunks. */
  async drop(atomic: Deno.AtomicOperation, key: Deno.KvKey): Promise<void> {
    atomic.delete(key);
    for await (const part of this.#kv.list({ prefix: ["part", ...key] })) atomic.delete(part.key);
  }

  /** A value with its entry, for `atomic.check`. */
  async entry<T>(
    key: Deno.KvKey,
  ): Promise<{ entry: Deno.KvEntryMaybe<Stored>; value: T | undefined }> {
    const entry = await this.#kv.get<Stored>(key);
    const value = entry.value === null ? undefined : await this.#decode<T>(key, entry.value);
    return { entry, value };
  }

  /** The value of a key, if it exists. */
  async get<T>(key: Deno.KvKey): Promise<T | undefined> {
    return (await this.entry<T>(key)).value;
  }

  /** All values under a prefix, sorted by key. */
  async list<T>(prefix: Deno.KvKey): Promise<T[]> {
    const found: T[] = [];
    for await (const { key, value } of this.#kv.list<Stored>({ prefix })) {
      const decoded = await this.#decode<T>(key, value);
      if (decoded !== undefined) found.push(decoded);
    }
    return found;
  }

  async #decode<T>(key: Deno.KvKey, value: Stored): Promise<T | undefined> {
    const chunks: Uint8Array[] = [];
    if (typeof value === "number") {
      for (let i = 0; i < value; i++) {
        const part = await this.#kv.get<Uint8Array>(["part", ...key, i]);
        if (part.value === null) return undefined;
        chunks.push(part.value);
      }
    } else {
      chunks.push(value);
    }
    return JSON.parse(await new Blob(chunks as BlobPart[]).text()) as T;
  }
}

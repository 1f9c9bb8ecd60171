import type { AtomicChanges, Kv } from "./kv.ts";

/** What the bytes of a value begin with; no JSON text does, nor a part of one, which `Values` stores as bytes itself. */
const MARK = 1;

/**
 * A Deno KV whose values are JSON. Deno itself stores them in V8's format, which an older Deno may not read: then
 * nobody could go back to an older release, and bridges of different releases could not share a KV. Bytes and sums
 * are stored as they are, and what was stored without this is read as it is.
 */
export class JsonKv implements Kv {
  readonly #kv: Kv;
  readonly #onClosed: () => Promise<void>;

  /** @param kv An open KV; this one closes it, and calls `onClosed` then. */
  constructor(kv: Kv, onClosed: () => Promise<void> = () => Promise.resolve()) {
    this.#kv = kv;
    this.#onClosed = onClosed;
  }

  get trouble(): Kv["trouble"] {
    return this.#kv.trouble;
  }

  async get<T>(key: Deno.KvKey): Promise<Deno.KvEntryMaybe<T>> {
    return decoded(await this.#kv.get<T>(key));
  }

  async getMany<T extends readonly unknown[]>(
    keys: readonly [...{ [K in keyof T]: Deno.KvKey }],
  ): Promise<{ [K in keyof T]: Deno.KvEntryMaybe<T[K]> }> {
    return all<T>(await this.#kv.getMany<T>(keys));
  }

  async *list<T>(selector: Deno.KvListSelector): AsyncGenerator<Deno.KvEntry<T>> {
    for await (const entry of this.#kv.list<T>(selector)) yield decoded(entry);
  }

  atomic(): AtomicChanges {
    return new JsonAtomic(this.#kv.atomic());
  }

  watch<T extends readonly unknown[]>(
    keys: readonly [...{ [K in keyof T]: Deno.KvKey }],
  ): ReadableStream<{ [K in keyof T]: Deno.KvEntryMaybe<T[K]> }> {
    type Entries = { [K in keyof T]: Deno.KvEntryMaybe<T[K]> };
    const decoder = new TransformStream<Entries, Entries>(
      { transform: (entries, stream) => stream.enqueue(all<T>(entries)) },
      undefined,
      { highWaterMark: 0 },
    );
    return this.#kv.watch<T>(keys).pipeThrough(decoder);
  }

  async close(): Promise<void> {
    await this.#kv.close();
    await this.#onClosed();
  }
}

class JsonAtomic implements AtomicChanges {
  readonly #atomic: AtomicChanges;

  constructor(atomic: AtomicChanges) {
    this.#atomic = atomic;
  }

  check(...checks: readonly Deno.AtomicCheck[]): this {
    this.#atomic.check(...checks);
    return this;
  }

  set(key: Deno.KvKey, value: unknown, options: { readonly expireIn?: number } = {}): this {
    this.#atomic.set(key, encode(value), options);
    return this;
  }

  delete(key: Deno.KvKey): this {
    this.#atomic.delete(key);
    return this;
  }

  sum(key: Deno.KvKey, n: bigint): this {
    this.#atomic.sum(key, n);
    return this;
  }

  commit(): Promise<Deno.KvCommitResult | Deno.KvCommitError> {
    return this.#atomic.commit();
  }
}

function encode(value: unknown): unknown {
  if (value instanceof Uint8Array || value instanceof Deno.KvU64) return value;
  const text = new TextEncoder().encode(JSON.stringify(value));
  const bytes = new Uint8Array(text.length + 1);
  bytes[0] = MARK;
  bytes.set(text, 1);
  return bytes;
}

function decoded<E extends Deno.KvEntryMaybe<unknown>>(entry: E): E {
  const { value } = entry;
  if (!(value instanceof Uint8Array) || value[0] !== MARK) return entry;
  return { ...entry, value: JSON.parse(new TextDecoder().decode(value.subarray(1))) };
}

function all<T extends readonly unknown[]>(
  entries: { [K in keyof T]: Deno.KvEntryMaybe<T[K]> },
): { [K in keyof T]: Deno.KvEntryMaybe<T[K]> } {
  // A tuple of entries of the same types.
  return entries.map((entry) => decoded(entry)) as typeof entries;
}

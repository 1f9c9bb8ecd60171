/** Changes that are made together, or not at all. */
export interface AtomicChanges {
  /** Makes the changes only if these entries are as they were read. A server allows 9 of them. */
  check(...checks: readonly Deno.AtomicCheck[]): this;
  /** Stores a value. @param options.expireIn After how many milliseconds it may be deleted. */
  set(key: Deno.KvKey, value: unknown, options?: { readonly expireIn?: number }): this;
  delete(key: Deno.KvKey): this;
  /** Adds to a sum, which is a `Deno.KvU64`; several programs can do so at once. */
  sum(key: Deno.KvKey, n: bigint): this;
  /** Makes the changes; `ok` is false if a check failed. */
  commit(): Promise<Committed>;
}

/** What became of changes, and the version that they have. */
export type Committed = { readonly ok: true; readonly versionstamp: string } | {
  readonly ok: false;
};

/** What the store needs of Deno KV, be it a file or a server. */
export interface Kv {
  /** Why a server does not answer, and since when (ms since 1970); a file has none. */
  readonly trouble?: { readonly since: number; readonly why: string } | undefined;
  get<T>(key: Deno.KvKey): Promise<Deno.KvEntryMaybe<T>>;
  /** The values of at most 10 keys, as of one moment. */
  getMany<T extends readonly unknown[]>(
    keys: readonly [...{ [K in keyof T]: Deno.KvKey }],
  ): Promise<{ [K in keyof T]: Deno.KvEntryMaybe<T[K]> }>;
  /** All values under a prefix, or between two keys, sorted by key. */
  list<T>(selector: Deno.KvListSelector): AsyncIterable<Deno.KvEntry<T>>;
  atomic(): AtomicChanges;
  /** The values of at most 10 keys, at first and after each change; changes in quick succession are one. */
  watch<T extends readonly unknown[]>(
    keys: readonly [...{ [K in keyof T]: Deno.KvKey }],
  ): ReadableStream<{ [K in keyof T]: Deno.KvEntryMaybe<T[K]> }>;
  close(): void | Promise<void>;
}

import { deleteKeys } from "./delete_keys.ts";
import type { Kv } from "./kv.ts";
import { lifetime } from "./lifetimes.ts";

/** What is surely less than one commit may have: 800 KB, 80 KB of keys, and 1000 changes. */
const BATCH_BYTES = 500_000;
const BATCH_KEY_BYTES = 60_000;
const BATCH_CHANGES = 500;

/** A value with everything that has to be written in the same step. */
type Group = readonly Deno.KvEntry<unknown>[];

/** Keys that say something about one KV and the machines that share it, not about the state in it. */
const OF_ONE_KV: ReadonlySet<unknown> = new Set(
  ["schema", "commit", "moving", "moved", "machine", "owner", "wake", "relay", "known", "knownAt"],
);

/**
 * Copies a state to an empty KV, and reads it back.
 *
 * @param onProgress Is told how many values were copied so far.
 * @returns How many values there are.
 * @throws {Error} When what was read back is not what was written.
 */
export async function copyKv(
  from: Kv,
  to: Kv,
  onProgress: (values: number) => void,
): Promise<number> {
  let batch: Deno.KvEntry<unknown>[] = [];
  let [bytes, keyBytes] = [0, 0];
  let copied = 0;
  const write = async () => {
    const atomic = to.atomic();
    for (const { key, value } of batch) {
      const expireIn = lifetime(key, value);
      atomic.set(key, value, expireIn === undefined ? {} : { expireIn });
    }
    await atomic.commit();
    copied += batch.length;
    [batch, bytes, keyBytes] = [[], 0, 0];
    onProgress(copied);
  };
  for await (const group of groups(from)) {
    const size = group.reduce((sum, { value }) => sum + sizeOf(value), 0);
    const keySize = group.reduce((sum, { key }) => sum + keySizeOf(key), 0);
    const isFull = bytes + size > BATCH_BYTES || keyBytes + keySize > BATCH_KEY_BYTES ||
      batch.length + group.length > BATCH_CHANGES;
    if (isFull) await write();
    batch.push(...group);
    bytes += size;
    keyBytes += keySize;
  }
  if (batch.length > 0) await write();
  await compare(from, to);
  return copied;
}

/** Deletes a state, all but what marks the KV as being moved to. */
export async function clearKv(kv: Kv): Promise<void> {
  const keys = async function* () {
    for await (const { key } of kv.list({ prefix: [] })) {
      if (key[0] !== "moving" && key[0] !== "commit") yield key;
    }
  };
  await deleteKeys(kv, keys());
}

/** Whether there is no state in a KV. */
export async function isEmptyKv(kv: Kv): Promise<boolean> {
  for await (const _ of stateOf(kv)) return false;
  return true;
}

/** The values of a state. */
async function* stateOf(kv: Kv): AsyncGenerator<Deno.KvEntry<unknown>> {
  for await (const entry of kv.list<unknown>({ prefix: [] })) {
    const [kind, of] = entry.key;
    if (!OF_ONE_KV.has(kind === "part" ? of : kind)) yield entry;
  }
}

/** The values, each with its chunks: those count only if they were written in one step with it. */
async function* groups(kv: Kv): AsyncGenerator<Group> {
  const chunks = new Map<string, Deno.KvEntry<unknown>[]>();
  for await (const chunk of kv.list<unknown>({ prefix: ["part"] })) {
    const of = nameOf(chunk.key.slice(1, -1));
    chunks.set(of, [...chunks.get(of) ?? [], chunk]);
  }
  for await (const entry of stateOf(kv)) {
    if (entry.key[0] !== "part") yield [entry, ...chunks.get(nameOf(entry.key)) ?? []];
  }
}

/** Rejects unless two KVs hold the same state. */
async function compare(one: Kv, other: Kv): Promise<void> {
  const others = stateOf(other);
  for await (const { key, value } of stateOf(one)) {
    const found = await others.next();
    const isSame = !found.done && nameOf(found.value.key) === nameOf(key) &&
      textOf(found.value.value) === textOf(value);
    if (!isSame) throw new Error(`what was copied does not read back the same: ${key.join("/")}`);
  }
  if (!(await others.next()).done) throw new Error("something else writes into the target");
}

const nameOf = (key: Deno.KvKey) =>
  JSON.stringify(key.map((part) => typeof part === "bigint" ? `${part}n` : part));

/** A text that is the same for equal values. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return value.toBase64();
  if (value instanceof Deno.KvU64) return `${value.value}`;
  return JSON.stringify(value) ?? "";
}

/** About how many bytes a value has. */
const sizeOf = (value: unknown) =>
  200 + (value instanceof Uint8Array ? value.length : 2 * textOf(value).length);

/** About how many bytes a key has. */
const keySizeOf = (key: Deno.KvKey) => new TextEncoder().encode(nameOf(key)).length;

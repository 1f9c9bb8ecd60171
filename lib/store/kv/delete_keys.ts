import type { AtomicChanges, Kv } from "./kv.ts";

/** How many keys are deleted in one step; one may have 1000 changes. */
const BATCH = 500;

/**
 * Deletes keys, many in one step.
 *
 * @param commit Makes a step.
 */
export async function deleteKeys(
  kv: Pick<Kv, "atomic">,
  keys: AsyncIterable<Deno.KvKey> | Iterable<Deno.KvKey>,
  commit: (atomic: AtomicChanges) => Promise<unknown> = (atomic) => atomic.commit(),
): Promise<void> {
  let atomic = kv.atomic();
  let count = 0;
  for await (const key of keys) {
    atomic.delete(key);
    if (++count % BATCH !== 0) continue;
    await commit(atomic);
    atomic = kv.atomic();
  }
  // Deno KV writes an empty step too.
  if (count % BATCH !== 0) await commit(atomic);
}

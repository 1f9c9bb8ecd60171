import { withStore } from "./with_store.ts";

/**
 * How many messages wait in the state directory of a bridge that does not run.
 *
 * @throws {UsageError} When the state directory cannot be used.
 */
export async function countUndelivered(stateDir: string): Promise<number> {
  const count = await withStore(
    stateDir,
    async (store) => (await store.rows()).filter((row) => !row.shown).length,
  );
  return count ?? 0;
}

import { isUndelivered } from "../model/ledger.ts";
import type { StorePlace } from "../store/open_store.ts";
import { withStore } from "./with_store.ts";

/**
 * How many messages wait in the state of a bridge that does not run.
 *
 * @throws {UsageError} When the state directory cannot be used.
 */
export async function countUndelivered(place: StorePlace): Promise<number> {
  const count = await withStore(
    place,
    async (store) => (await store.rows()).filter(isUndelivered).length,
  );
  return count ?? 0;
}

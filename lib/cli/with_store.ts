import { join } from "@std/path";
import { openStore, type StorePlace } from "../store/open_store.ts";
import { lockStateDir } from "../store/state_dir.ts";
import type { Store } from "../store/store.ts";

/**
 * Works with the store of a bridge that does not run; `undefined` if there is none. For a running bridge,
 * read its record instead: two processes cannot use one store at the same time.
 *
 * @throws {UsageError} When the state directory cannot be used.
 */
export async function withStore<T>(
  place: StorePlace,
  work: (store: Store) => Promise<T>,
): Promise<T | undefined> {
  const { stateDir, kv } = place;
  const file = await Deno.stat(join(stateDir, "state.db")).catch((error) => error);
  // Any other error is one of the state directory, and told as that.
  if (kv === "" && file instanceof Deno.errors.NotFound) return undefined;
  using _lock = await lockStateDir(stateDir);
  const { store } = await openStore(place);
  await using _store = store;
  return await work(store);
}

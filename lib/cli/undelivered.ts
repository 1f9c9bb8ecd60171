import { join } from "@std/path";
import { existsSync } from "node:fs";
import { lockStateDir } from "../store/state_dir.ts";
import { openStore } from "../store/open_store.ts";

/**
 * How many messages wait in the state directory of a bridge that does not run. For a running bridge,
 * read its record instead: two processes cannot use one store at the same time.
 */
export async function countUndelivered(stateDir: string): Promise<number> {
  if (!existsSync(join(stateDir, "state.db"))) return 0;
  using _lock = await lockStateDir(stateDir);
  const { store } = await openStore(stateDir);
  await using _store = store;
  return (await store.rows()).filter((row) => !row.shown).length;
}

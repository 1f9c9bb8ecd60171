import { join } from "@std/path";
import { isEmptyKv } from "./kv/copy_kv.ts";
import { movedTo } from "./move_state.ts";
import { openKvFile } from "./kv/open_kv_file.ts";

/**
 * Looks for a state in the state directory that was not moved to the server in use, and that somebody may take for the
 * one in use. Resolves with its path.
 *
 * @param url The server that is used instead of the file.
 */
export async function otherState(stateDir: string, url: string): Promise<string | undefined> {
  const path = join(stateDir, "state.db");
  if (!await Deno.stat(path).then(() => true, () => false)) return undefined;
  const kv = await openKvFile(path);
  try {
    return await movedTo(kv) === url || await isEmptyKv(kv) ? undefined : path;
  } finally {
    await kv.close();
  }
}

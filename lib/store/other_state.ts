import { join } from "@std/path";
import { isEmptyKv } from "./copy_kv.ts";
import { movedTo } from "./move_state.ts";
import { openKvFile } from "./open_kv_file.ts";

/** A state in the state directory that somebody may take for the one in use, or the other way round. */
export interface OtherState {
  readonly path: string;
  /** Where it was moved to, or where the one in use is. */
  readonly url: string;
  readonly wasMoved: boolean;
}

/**
 * Looks whether the file in a state directory and the state in use are two.
 *
 * @param url The server that is used instead of the file; empty if there is none.
 */
export async function otherState(stateDir: string, url: string): Promise<OtherState | undefined> {
  const path = join(stateDir, "state.db");
  if (!await Deno.stat(path).then(() => true, () => false)) return undefined;
  const kv = await openKvFile(path);
  try {
    const moved = await movedTo(kv);
    if (url === "") return moved === undefined ? undefined : { path, url: moved, wasMoved: true };
    if (moved === url || await isEmptyKv(kv)) return undefined;
    return { path, url, wasMoved: false };
  } finally {
    kv.close();
  }
}

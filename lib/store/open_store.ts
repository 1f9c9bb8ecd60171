import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { UsageError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { fullDisk } from "./full_disk.ts";
import { Store } from "./store.ts";
import { SCHEMA } from "./stored.ts";

/**
 * Opens `state.db` in the state directory. A damaged file is moved aside and replaced by a new one.
 *
 * @returns The store, and the path of the damaged file if there was one.
 * @throws {UsageError} When the disk is full, or a newer version of this program wrote the file; it is left
 * unchanged.
 */
export async function openStore(stateDir: string): Promise<{ store: Store; setAside?: string }> {
  const path = join(stateDir, "state.db");
  try {
    return { store: await open(path) };
  } catch (error) {
    // SQLite's messages for a file that is not a database, or whose pages are damaged.
    if (!/not a database|malformed/.test(String(error))) throw await fullDisk(stateDir, error);
    const setAside = `${path}.damaged-${newId()}`;
    for (const suffix of ["", "-wal", "-shm"]) {
      await Deno.rename(path + suffix, setAside + suffix).catch(() => {});
    }
    return { store: await open(path), setAside };
  }
}

async function open(path: string): Promise<Store> {
  // SQLite creates its other files with the mode of this one.
  (await Deno.open(path, { create: true, write: true, mode: 0o600 })).close();
  await Deno.chmod(path, 0o600);
  checkPages(path);
  const kv = await Deno.openKv(path);
  const { value: schema } = await kv.get<number>(["schema"]);
  if (schema !== null && schema > SCHEMA) {
    kv.close();
    throw new UsageError(
      `${path} was written by a newer version of this program (store version ${schema}, ` +
        `this one knows ${SCHEMA}): update this program, or set BRIDGE_STATE_DIR to another directory`,
    );
  }
  // Keeps older versions from misreading what is written from here on. On a full disk, `markAlive` sets
  // it later.
  if (schema !== SCHEMA) await kv.set(["schema"], SCHEMA).catch(() => {});
  return new Store(kv);
}

/** Checks the file with SQLite first, because a damaged page in Deno KV ends the whole program. */
function checkPages(path: string): void {
  const database = new DatabaseSync(path);
  try {
    const result = database.prepare("PRAGMA quick_check(1)").get();
    if (result?.["quick_check"] !== "ok") throw new Error("database disk image is malformed");
  } finally {
    database.close();
  }
}

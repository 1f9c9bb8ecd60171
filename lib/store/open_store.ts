import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { UsageError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { Store } from "./store.ts";
import { SCHEMA } from "./stored.ts";

/**
 * Opens `state.db` in the state directory. A damaged file is moved aside, and a new one begun.
 *
 * @returns The store, and where a damaged predecessor was put.
 * @throws {UsageError} When a newer version of this program has written it; it stays as it is.
 */
export async function openStore(stateDir: string): Promise<{ store: Store; setAside?: string }> {
  const path = join(stateDir, "state.db");
  try {
    return { store: await open(path) };
  } catch (error) {
    // The words of SQLite for a file that is none, or whose pages are broken.
    if (!/not a database|malformed/.test(String(error))) throw error;
    const setAside = `${path}.damaged-${newId()}`;
    for (const suffix of ["", "-wal", "-shm"]) {
      await Deno.rename(path + suffix, setAside + suffix).catch(() => {});
    }
    return { store: await open(path), setAside };
  }
}

async function open(path: string): Promise<Store> {
  // SQLite gives its other files the mode of this one.
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
  // An older version would misread what is written from here on. A full disk takes the mark later.
  if (schema !== SCHEMA) await kv.set(["schema"], SCHEMA).catch(() => {});
  return new Store(kv);
}

/** Deno KV ends the whole program when it meets a broken page, so SQLite is asked before. */
function checkPages(path: string): void {
  const database = new DatabaseSync(path);
  try {
    const found = database.prepare("PRAGMA quick_check(1)").get();
    if (found?.["quick_check"] !== "ok") throw new Error("database disk image is malformed");
  } finally {
    database.close();
  }
}

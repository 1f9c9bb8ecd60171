import { DatabaseSync } from "node:sqlite";
import { JsonKv } from "./json_kv.ts";
import type { Kv } from "./kv.ts";

/**
 * Opens a private Deno KV file (0600), which is made if there is none.
 *
 * @throws {Error} When it is no database, or damaged, in SQLite's words.
 */
export async function openKvFile(path: string): Promise<Kv> {
  // SQLite creates its other files with the mode of this one.
  (await Deno.open(path, { create: true, write: true, mode: 0o600 })).close();
  await Deno.chmod(path, 0o600);
  checkPages(path);
  return new JsonKv(await Deno.openKv(path));
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

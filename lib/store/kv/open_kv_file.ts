import { DatabaseSync } from "node:sqlite";
import { leaveClosedMark, takeClosedMark } from "./closed_mark.ts";
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
  if (!await takeClosedMark(path)) checkPages(path);
  return new JsonKv(await Deno.openKv(path), () => leaveClosedMark(path));
}

/**
 * Checks the file with SQLite first, because a damaged page in Deno KV ends the whole program. That reads all of it,
 * so a file that was closed properly is not checked: should a page of it have gone bad since, the program ends once,
 * and the next start checks it.
 */
function checkPages(path: string): void {
  const database = new DatabaseSync(path);
  try {
    const result = database.prepare("PRAGMA quick_check(1)").get();
    if (result?.["quick_check"] !== "ok") throw new Error("database disk image is malformed");
  } finally {
    database.close();
  }
}

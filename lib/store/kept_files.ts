import { dirname, join } from "@std/path";
import type { LedgerRow } from "../model/ledger.ts";

/** Writes a private file (0600) for a row of the ledger to refer to; returns its path. */
export async function keepFile(path: string, text: string): Promise<string> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(path, text, { mode: 0o600 });
  // The file must be on disk before the row that refers to it.
  const file = await Deno.open(path, { write: true });
  try {
    await file.sync();
  } finally {
    file.close();
  }
  return path;
}

/** Deletes files that no row of the ledger refers to: a crash came between delivery and deletion. */
export async function sweepFiles(dir: string, rows: readonly LedgerRow[]): Promise<void> {
  const needed = new Set(rows.map(({ view }) => view.file));
  try {
    for await (const { name } of Deno.readDir(dir)) {
      const path = join(dir, name);
      if (!needed.has(path)) await Deno.remove(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

import { dirname, join } from "@std/path";
import type { LedgerRow } from "../model/ledger.ts";

/** Writes a file, for nobody else to read, so that a row of the ledger may refer to it; returns its path. */
export async function keepFile(path: string, text: string): Promise<string> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(path, text, { mode: 0o600 });
  // The row must not outlive what it refers to.
  const file = await Deno.open(path, { write: true });
  try {
    await file.sync();
  } finally {
    file.close();
  }
  return path;
}

/** Deletes what none of the ledger's rows refers to: a crash came between delivery and deletion. */
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

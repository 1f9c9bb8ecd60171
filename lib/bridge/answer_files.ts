import { join } from "@std/path";
import type { Row } from "../records.ts";

/**
 * Writes an answer that is too long for a chat into a directory, so that a row may refer to it.
 *
 * @param id The same answer has the same id, also when it is written again after a crash.
 * @returns The file's path; its name is what the reader sees.
 */
export async function keepAnswer(dir: string, id: string, answer: string): Promise<string> {
  await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, `answer-${id}.md`);
  await Deno.writeTextFile(path, answer, { mode: 0o600 });
  // The row must not outlive what it refers to.
  using file = await Deno.open(path, { write: true });
  await file.sync();
  return path;
}

/** Deletes what none of the ledger's rows refers to: a crash came between delivery and deletion. */
export async function sweepAnswers(dir: string, rows: readonly Row[]): Promise<void> {
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

import { join } from "@std/path";
import type { Row } from "../records.ts";

/** Answers that are too long for a chat, as files that wait for their delivery. */
export class AnswerFiles {
  readonly #dir: string;

  /** @param dir The directory in which they are kept; made when it is needed. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * Writes an answer down, so that a row may refer to it.
   *
   * @param id The same answer has the same id, also when it is written again after a crash.
   * @returns The file's path; its name is what the reader sees.
   */
  async keep(id: string, answer: string): Promise<string> {
    await Deno.mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const path = join(this.#dir, `answer-${id}.md`);
    using file = await Deno.open(path, { create: true, write: true, truncate: true, mode: 0o600 });
    const bytes = new TextEncoder().encode(answer);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    // The row must not outlive what it refers to.
    await file.sync();
    return path;
  }

  /** Deletes what none of the ledger's rows refers to: a crash came between delivery and deletion. */
  async sweep(rows: readonly Row[]): Promise<void> {
    const needed = new Set(rows.map(({ view }) => view.file));
    try {
      for await (const { name } of Deno.readDir(this.#dir)) {
        const path = join(this.#dir, name);
        if (!needed.has(path)) await Deno.remove(path);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

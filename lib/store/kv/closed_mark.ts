import { delay } from "@std/async";
import { need, number, parser } from "../../base/json.ts";
import { readJson } from "../../base/read_json.ts";

/** How often, and after how many milliseconds each, it is looked whether SQLite has let go of a file. */
const LOOKS = 25;
const LOOK_MS = 2;
/** How far the time of a closed file is set back, in milliseconds: further than the clock of files is coarse. */
const BACK_MS = 1_000;

const parseMark = parser((mark) => ({
  size: need(number(mark.size)),
  mtimeMs: need(number(mark.mtimeMs)),
}));

/**
 * Removes the mark beside a database, and returns whether it was there and the file is what SQLite had left when it
 * was closed. Without a mark the program that used it last ended suddenly, or somebody has put another file there.
 */
export async function takeClosedMark(path: string): Promise<boolean> {
  const mark = parseMark(await readJson(markOf(path)));
  if (mark === undefined) return false;
  // It is gone before the file changes.
  await Deno.remove(markOf(path));
  const { size, mtime } = await Deno.stat(path);
  return size === mark.size && mtime?.getTime() === mark.mtimeMs && await isWhole(path);
}

/**
 * Marks a database as closed, once SQLite has let go of it; never rejects. The time of the file is set back a little,
 * so that whoever changes it later changes its time for certain.
 */
export async function leaveClosedMark(path: string): Promise<void> {
  try {
    for (let looks = 0; !await isWhole(path); looks++) {
      if (looks >= LOOKS) return;
      await delay(LOOK_MS);
    }
    const mtimeMs = Date.now() - BACK_MS;
    await Deno.utime(path, new Date(mtimeMs), new Date(mtimeMs));
    const { size, mtime } = await Deno.stat(path);
    const mark = JSON.stringify({ size, mtimeMs: mtime?.getTime() });
    await Deno.writeTextFile(markOf(path), mark, { mode: 0o600 });
  } catch {
    // The next start checks the file.
  }
}

const markOf = (path: string) => `${path}.closed`;

/** Whether all that was written is in the file itself: SQLite removes its log when the last one closes it. */
async function isWhole(path: string): Promise<boolean> {
  return await Deno.lstat(`${path}-wal`).then(() => false, () => true);
}

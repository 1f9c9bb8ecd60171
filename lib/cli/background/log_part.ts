import { join } from "@std/path";

/** The log of the bridge of a state directory. */
export function bridgeLog(stateDir: string): string {
  return join(stateDir, "bridge.log");
}

/** Where a log ended at some moment. */
export interface LogEnd {
  readonly file: string;
  /** Its size in bytes. */
  readonly size: number;
  /** Which file it was: a rotated log is another one. */
  readonly inode: number | null;
}

/**
 * The end of a log as it is now; it need not exist yet. A line that a killed run left unfinished is ended,
 * so that nothing goes on in it.
 */
export async function logEnd(file: string): Promise<LogEnd> {
  const bytes = await Deno.readFile(file).catch(() => new Uint8Array());
  const isHalf = bytes.length > 0 && bytes.at(-1) !== 10;
  if (isHalf) await Deno.writeTextFile(file, "\n", { append: true }).catch(() => {});
  return { file, ...await sizeAndInode(file) };
}

/** The whole lines that came into a log after a moment. */
export async function linesSince({ file, size, inode }: LogEnd): Promise<string[]> {
  const now = await sizeAndInode(file);
  const bytes = await Deno.readFile(file).catch(() => new Uint8Array());
  const isSame = now.inode === inode && bytes.length >= size;
  // What follows the last line break is not all there yet.
  return new TextDecoder().decode(bytes.subarray(isSame ? size : 0)).split("\n").slice(0, -1);
}

async function sizeAndInode(file: string): Promise<Omit<LogEnd, "file">> {
  const { size, ino } = await Deno.stat(file).catch(() => ({ size: 0, ino: null }));
  return { size, inode: ino };
}

import { dirname, join } from "@std/path";
import { NAME } from "../program.ts";

/** Where the binary before the last update is kept, for going back. */
export function previousOf(binary: string): string {
  return join(dirname(binary), `.${NAME}.previous`);
}

/**
 * Puts a new binary into the place of another in one step: whoever starts the program gets the old one or the
 * new one, even after a crash or a power cut. The old one is kept.
 *
 * @param next A file on the same disk.
 * @param isSame Whether it is the version that is there already. Then what is kept stays the version before that.
 * @returns Where the old one is.
 */
export async function swapIn(next: string, binary: string, isSame = false): Promise<string> {
  const { mode } = await Deno.stat(binary);
  await Deno.chmod(next, ((mode ?? 0o755) & 0o777) | 0o700);
  await sync(next);
  const previous = previousOf(binary);
  const isKept = isSame && await Deno.stat(previous).then(({ isFile }) => isFile, () => false);
  if (!isKept) await keep(binary, previous, `${next}.old`);
  await Deno.rename(next, binary);
  await sync(dirname(binary));
  return previous;
}

/** Keeps a file under a second name, in one step. @param by A name for the meantime. */
async function keep(file: string, as: string, by: string): Promise<void> {
  try {
    // A link costs no room, but not every file system has them.
    await Deno.link(file, by).catch(() => Deno.copyFile(file, by));
    await Deno.rename(by, as);
  } catch (error) {
    await Deno.remove(by).catch(() => {});
    throw error;
  }
}

/** Puts the binary before the last update back, in one step. */
export async function swapBack(binary: string): Promise<void> {
  await Deno.rename(previousOf(binary), binary);
  await sync(dirname(binary));
}

/** Flushes a file or directory to the disk, where that is possible. */
async function sync(path: string): Promise<void> {
  const file = await Deno.open(path).catch(() => undefined);
  await file?.sync().catch(() => {});
  file?.close();
}

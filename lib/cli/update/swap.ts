import { dirname, join } from "@std/path";
import { NAME } from "../program.ts";

/** Where the binary before the last update is kept, for going back. */
export function previousOf(binary: string): string {
  return join(dirname(binary), `.${NAME}.previous`);
}

/**
 * Puts a new binary into the place of another in one step: whoever starts the program gets the old one or the
 * new one, also after a crash or a power cut. The old one is kept.
 *
 * @param next A file on the same disk.
 * @returns Where the old one is.
 */
export async function swapIn(next: string, binary: string): Promise<string> {
  const { mode } = await Deno.stat(binary);
  await Deno.chmod(next, ((mode ?? 0o755) & 0o777) | 0o700);
  await sync(next);
  const previous = previousOf(binary);
  const kept = `${next}.old`;
  try {
    // A link costs no room, but not every file system has them.
    await Deno.link(binary, kept).catch(() => Deno.copyFile(binary, kept));
    await Deno.rename(kept, previous);
  } catch (error) {
    await Deno.remove(kept).catch(() => {});
    throw error;
  }
  await Deno.rename(next, binary);
  await sync(dirname(binary));
  return previous;
}

/** Puts the binary before the last update back, in one step. */
export async function swapBack(binary: string): Promise<void> {
  await Deno.rename(previousOf(binary), binary);
  await sync(dirname(binary));
}

/** Has the disk write what it holds back, as far as it can be told to. */
async function sync(path: string): Promise<void> {
  const file = await Deno.open(path).catch(() => undefined);
  await file?.sync().catch(() => {});
  file?.close();
}

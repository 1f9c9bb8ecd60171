import { dirname, join } from "@std/path";

/**
 * Writes a private file (0600) in one step: whoever reads it finds the old content or the new one, even after
 * a crash. A link in its place is replaced, and never followed. The directory must exist.
 *
 * @throws What the file system says; the old file is left as it was then.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  // Nobody can put a link where the new file will be: its name is random, and `createNew` insists. That of the old
  // one may be as long as the file system allows.
  const next = join(dirname(path), `.${crypto.randomUUID()}`);
  try {
    using file = await Deno.open(next, { write: true, createNew: true, mode: 0o600 });
    let bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    while (bytes.length > 0) bytes = bytes.subarray(await file.write(bytes));
    await file.sync();
    await Deno.rename(next, path);
  } catch (error) {
    await Deno.remove(next).catch(() => {});
    throw error;
  }
}

import { isAbsolute, join, SEPARATOR } from "@std/path";
import type { Texts } from "../texts.ts";

/** A file that may be sent, or what to say instead. */
export type Found = { readonly path: string } | { readonly problem: string };

/**
 * Looks up what somebody typed behind `/get`. Symlinks are followed before it is decided whether the
 * file lies in the directory: what leads out of it stays where it is.
 *
 * @param maxBytes The largest file that can be sent.
 */
export async function findFile(
  typed: string,
  directory: string,
  maxBytes: number,
  texts: Texts,
): Promise<Found> {
  const unquoted = typed.replace(/^(["'`])(.*)\1$/, "$2");
  if (unquoted === "") return { problem: texts.getWhat };
  try {
    const root = await Deno.realPath(directory);
    const path = await Deno.realPath(isAbsolute(unquoted) ? unquoted : join(root, unquoted));
    const inside = root === SEPARATOR ? root : root + SEPARATOR;
    if (!path.startsWith(inside)) return { problem: texts.getOutside(directory) };
    const info = await Deno.stat(path);
    if (!info.isFile) return { problem: texts.getNoFile(typed) };
    if (info.size === 0) return { problem: texts.fileEmpty(typed) };
    if (info.size > maxBytes) {
      return { problem: texts.fileTooLarge(typed, `${Math.floor(maxBytes / 1024 ** 2)} MB`) };
    }
    return { path };
  } catch {
    return { problem: texts.getNoFile(typed) };
  }
}

import { isAbsolute, join, SEPARATOR } from "@std/path";
import type { View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";

/**
 * Resolves a directory typed by a person: an absolute path, one that starts with `~`, or one relative to
 * `from`. Symlinks are resolved. `isBroad` marks the home directory and the root. Returns `undefined` if
 * there is no such directory.
 */
export async function resolveDirectory(
  typed: string,
  from: string,
): Promise<{ directory: string; isBroad: boolean } | undefined> {
  const home = Deno.env.get("HOME");
  const path = unquote(typed);
  const expanded = home !== undefined && /^~(?=$|\/)/.test(path) ? join(home, path.slice(1)) : path;
  try {
    const directory = await Deno.realPath(isAbsolute(expanded) ? expanded : join(from, expanded));
    if (!(await Deno.stat(directory)).isDirectory) return undefined;
    const realHome = home && await Deno.realPath(home).catch(() => home);
    return { directory, isBroad: directory === "/" || directory === realHome };
  } catch {
    return undefined;
  }
}

/**
 * Finds the file for `/get`. Symlinks are resolved before the check that the file is inside the
 * directory.
 *
 * @param maxBytes The largest file that can be sent.
 * @returns The message that sends the file, or a text that says why it cannot be sent.
 */
export async function findFile(
  typed: string,
  directory: string,
  maxBytes: number,
  texts: Texts,
): Promise<string | readonly View[]> {
  const asked = unquote(typed);
  if (asked === "") return texts.getWhat;
  try {
    const root = await Deno.realPath(directory);
    const path = await Deno.realPath(isAbsolute(asked) ? asked : join(root, asked));
    const inside = root === SEPARATOR ? root : root + SEPARATOR;
    if (!path.startsWith(inside)) return texts.getOutside(directory);
    const info = await Deno.stat(path);
    if (!info.isFile) return texts.getNoFile(typed);
    if (info.size === 0) return texts.fileEmpty(typed);
    if (info.size > maxBytes) {
      return texts.fileTooLarge(typed, `${Math.floor(maxBytes / 1024 ** 2)} MB`);
    }
    return [{ status: "plain", file: path }];
  } catch {
    return texts.getNoFile(typed);
  }
}

function unquote(typed: string): string {
  return typed.replace(/^(["'`])(.*)\1$/, "$2");
}

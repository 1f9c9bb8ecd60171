import { isAbsolute, join, SEPARATOR } from "@std/path";
import { isInside } from "../../base/inside.ts";
import type { View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";

/** Where a conversation may be. */
export interface PathRules {
  /** The bridge's own directory, where nobody may be. */
  readonly stateDir: string;
  /** Directories below which conversations stay; empty: anywhere. */
  readonly roots: readonly string[];
}

/** The outcome of {@linkcode resolveDirectory}. */
export type ResolvedDirectory =
  | { readonly directory: string; readonly isBroad: boolean }
  /** There is no such directory, it is the bridge's own, or it is not below the roots. */
  | "missing"
  | "private"
  | "outside";

/**
 * Resolves a directory typed by a person: an absolute path, one that starts with `~`, or one relative to
 * `from`. Symlinks are resolved first.
 */
export async function resolveDirectory(
  typed: string,
  from: string,
  rules: PathRules,
): Promise<ResolvedDirectory> {
  const home = Deno.env.get("HOME");
  const path = unquote(typed);
  const expanded = home !== undefined && /^~(?=$|\/)/.test(path) ? join(home, path.slice(1)) : path;
  try {
    const directory = await Deno.realPath(isAbsolute(expanded) ? expanded : join(from, expanded));
    if (!(await Deno.stat(directory)).isDirectory) return "missing";
    return await forbidden(directory, rules) ?? { directory, isBroad: await isBroad(directory) };
  } catch {
    return "missing";
  }
}

/** Why a conversation may not be in a directory, if it may not. */
export async function forbidden(
  directory: string,
  { stateDir, roots }: PathRules,
): Promise<"private" | "outside" | undefined> {
  if (await isInside(directory, stateDir)) return "private";
  if (roots.length === 0) return undefined;
  for (const root of roots) if (await isInside(directory, root)) return undefined;
  return "outside";
}

/** Whether a directory holds the home directory, or is the root. */
export async function isBroad(directory: string): Promise<boolean> {
  const home = Deno.env.get("HOME");
  return directory === "/" || (home !== undefined && await isInside(home, directory));
}

/** What {@linkcode findFile} needs. */
export interface FindFileOptions extends PathRules {
  /** The largest file that can be sent. */
  readonly maxBytes: number;
  readonly texts: Texts;
}

/**
 * Finds the file for `/get`. Symlinks are resolved before the check that the file is inside the
 * directory, and not in the bridge's own.
 *
 * @returns The message that sends the file, or a text that says why it cannot be sent.
 */
export async function findFile(
  typed: string,
  directory: string,
  { maxBytes, texts, ...rules }: FindFileOptions,
): Promise<string | readonly View[]> {
  const asked = unquote(typed);
  if (asked === "") return texts.getWhat;
  try {
    const root = await Deno.realPath(directory);
    const path = await Deno.realPath(isAbsolute(asked) ? asked : join(root, asked));
    const inside = root === SEPARATOR ? root : root + SEPARATOR;
    if (!path.startsWith(inside)) return texts.getOutside(directory);
    if (await isInside(path, rules.stateDir)) return texts.stateIsPrivate;
    // A link may have taken the directory's place since somebody went there.
    if (await forbidden(root, rules) !== undefined) return texts.getOutside(directory);
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

/** A path without the quotes around it; keyboards of phones write curly ones, not always in pairs. */
function unquote(typed: string): string {
  return typed.replace(/^(?:["“”](.*)["“”]|['‘’](.*)['‘’]|`(.*)`|「(.*)」)$/, "$1$2$3$4");
}

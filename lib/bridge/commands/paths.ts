import { isAbsolute, join } from "@std/path";
import { isInside } from "../../base/inside.ts";
import type { View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import { checkFile, type FileRules } from "../files_out/check_file.ts";
import { whyNotSent } from "../files_out/why_not_sent.ts";
import { forbidden, type PathRules } from "../places/path_rules.ts";

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

/** Whether a directory holds the home directory, or is the root. */
export async function isBroad(directory: string): Promise<boolean> {
  const home = Deno.env.get("HOME");
  return directory === "/" || (home !== undefined && await isInside(home, directory));
}

/**
 * Finds the file for `/get`.
 *
 * @returns The message that sends the file, or a text that says why it cannot be sent.
 */
export async function findFile(
  typed: string,
  directory: string,
  { texts, ...rules }: FileRules & { readonly texts: Texts },
): Promise<string | readonly View[]> {
  const asked = unquote(typed);
  if (asked === "") return texts.getWhat;
  const found = await checkFile(asked, directory, rules);
  return typeof found === "string"
    ? whyNotSent(found, { typed, directory, ...rules }, texts)
    : [{ status: "plain", file: found.path }];
}

/** A path without the quotes around it; keyboards of phones write curly ones, not always in pairs. */
function unquote(typed: string): string {
  return typed.replace(/^(?:["“”](.*)["“”]|['‘’](.*)['‘’]|`(.*)`|「(.*)」)$/, "$1$2$3$4");
}

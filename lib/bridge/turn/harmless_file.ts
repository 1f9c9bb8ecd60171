import { basename, dirname, join, relative, resolve } from "@std/path";
import { isBelow } from "../../base/below.ts";
import type { PermissionRequest } from "../../model/agent_request.ts";
import { privateDir } from "../../base/profiles.ts";

/** Where a file may be. */
export interface HarmlessRules {
  /** The directory of the turn. */
  readonly directory: string;
  /** The bridge's own directory. */
  readonly stateDir: string;
}

/** The arguments that name the file of opencode's tools: V1, V2. */
const PATH_ARGUMENTS = ["filePath", "path"];
/** Files that configure or instruct the agent, and files with secrets. */
const ASKED_NAMES = /^(opencode\.jsonc?|agents\.md|claude\.md)$|\.env(\.|$)/i;

/**
 * The one file that a request wants to read or edit, if that is surely an ordinary file inside the turn's
 * directory, symlinks resolved. `undefined` for everything else, and whenever it cannot be told: other kinds,
 * several files, links to outside, hidden files and directories (`.git`, `.env`, `.opencode`), and what
 * configures the agent.
 */
export async function harmlessFile(
  request: PermissionRequest,
  { directory, stateDir }: HarmlessRules,
): Promise<string | undefined> {
  if (request.permission !== "edit" && request.permission !== "read") return undefined;
  const path = namedFile(request, directory);
  if (path === undefined) return undefined;
  try {
    const root = await Deno.realPath(directory);
    const target = await realTarget(path);
    const inside = relative(root, target);
    const parts = inside.split("/");
    // `..` begins with a dot as well.
    if (inside === "" || parts.some((part) => part.startsWith("."))) {
      return undefined;
    }
    if (parts.some((part) => ASKED_NAMES.test(part)) || ASKED_NAMES.test(basename(path))) {
      return undefined;
    }
    if (isBelow(target, await Deno.realPath(privateDir(stateDir)))) return undefined;
    return await isOrdinary(target) ? inside : undefined;
  } catch {
    return undefined;
  }
}

/** The path that everything in the request names; `undefined` if it names several, or none. */
function namedFile(
  { patterns, file, moves = [], input = {}, isPartial = false }: PermissionRequest,
  directory: string,
): string | undefined {
  const [pattern, ...others] = patterns;
  const named = PATH_ARGUMENTS.flatMap((name) => input[name] ?? []);
  const [path] = named;
  if (isPartial || pattern === undefined || others.length > 0 || moves.length > 0) return undefined;
  if (named.length !== 1 || typeof path !== "string" || path.startsWith("~")) return undefined;
  // Behind a link, `..` leads elsewhere than it seems.
  if ([path, file ?? ""].some((one) => one.split("/").includes(".."))) return undefined;
  const absolute = resolve(directory, path);
  if (file !== undefined && resolve(directory, file) !== absolute) return undefined;
  // opencode 1 says the pattern relative to the repository's root, or to `/`.
  return absolute === pattern || absolute.endsWith(`/${pattern}`) ? absolute : undefined;
}

/** The path of a file without symlinks, even if the file is yet to be made. Throws for a link that leads nowhere. */
async function realTarget(path: string): Promise<string> {
  const exists = await Deno.lstat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
  if (exists) return await Deno.realPath(path);
  if (path === dirname(path)) throw new Error("there is no root");
  return join(await realTarget(dirname(path)), basename(path));
}

/** Whether a file is yet to be made, or is a file that has no other name, perhaps outside. */
async function isOrdinary(path: string): Promise<boolean> {
  try {
    const { isFile, nlink } = await Deno.lstat(path);
    return isFile && (nlink ?? 1) === 1;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

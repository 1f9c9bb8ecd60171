import { isAbsolute, join } from "@std/path";
import { isBelow } from "../../base/below.ts";
import { isInside } from "../../base/inside.ts";
import { privateDir } from "../../base/profiles.ts";
import { forbidden, type PathRules } from "../places/path_rules.ts";

/** Where a file may be, and how large. */
export interface FileRules extends PathRules {
  /** The largest file that can be sent. */
  readonly maxBytes: number;
  /** The directory for temporary files, if the user's own may come from there. */
  readonly temporary?: string;
}

/** Why a file is not sent. */
export type FileRefusal =
  /** It is not in a place from which files are sent. */
  | "outside"
  /** It is in the bridge's own directory. */
  | "private"
  /** There is none, or it is no regular file. */
  | "missing"
  | "empty"
  | "too large";

/** A file that may be sent. */
export interface CheckedFile {
  /** Its path, without links in it. */
  readonly path: string;
  readonly bytes: number;
}

/**
 * Finds a file that is to be sent: an absolute path, or one relative to the directory. Links are resolved before
 * anything is checked.
 */
export async function checkFile(
  typed: string,
  directory: string,
  rules: FileRules,
): Promise<CheckedFile | FileRefusal> {
  try {
    const root = await Deno.realPath(directory);
    const path = await Deno.realPath(isAbsolute(typed) ? typed : join(root, typed));
    if (await isInside(path, privateDir(rules.stateDir))) return "private";
    const info = await Deno.lstat(path);
    if (!await isAllowed(path, info, root, rules)) return "outside";
    if (!info.isFile) return "missing";
    if (info.size === 0) return "empty";
    return info.size > rules.maxBytes ? "too large" : { path, bytes: info.size };
  } catch {
    return "missing";
  }
}

async function isAllowed(
  path: string,
  { uid }: Deno.FileInfo,
  root: string,
  { temporary, ...rules }: FileRules,
): Promise<boolean> {
  // A link may have taken the directory's place since somebody went there.
  if (path !== root && isBelow(path, root)) return await forbidden(root, rules) === undefined;
  if (temporary === undefined || !isBelow(path, await Deno.realPath(temporary))) return false;
  // Everybody on this machine may put files there. Ours is whoever owns the bridge's own directory.
  return uid !== null && uid === (await Deno.stat(rules.stateDir)).uid;
}

import { isAbsolute, join } from "@std/path";

/** A directory that the agent can be sent to. */
export interface Directory {
  /** The real path, symlinks resolved. */
  readonly directory: string;
  /** Whether it is the home directory or the root: more than a project. */
  readonly wide: boolean;
}

/**
 * Resolves what somebody typed behind `/cwd`: absolute, from `~`, or relative to `from`.
 *
 * @returns `undefined` when that is no directory.
 */
export async function changeDirectory(typed: string, from: string): Promise<Directory | undefined> {
  const home = Deno.env.get("HOME");
  const unquoted = typed.replace(/^(["'`])(.*)\1$/, "$2");
  const expanded = home !== undefined && /^~(?=$|\/)/.test(unquoted)
    ? join(home, unquoted.slice(1))
    : unquoted;
  try {
    const directory = await Deno.realPath(isAbsolute(expanded) ? expanded : join(from, expanded));
    if (!(await Deno.stat(directory)).isDirectory) return undefined;
    const realHome = home && await Deno.realPath(home).catch(() => home);
    return { directory, wide: directory === "/" || directory === realHome };
  } catch {
    return undefined;
  }
}

import { dirname } from "@std/path";

/**
 * Whether a file or directory is `directory` or lies below it. Symlinks are resolved. Directories are
 * compared by what they are, because a disk that ignores case has several names for one. What does not
 * exist is inside nothing, and nothing is inside it.
 */
export async function isInside(path: string, directory: string): Promise<boolean> {
  try {
    const outer = await Deno.stat(directory);
    for (let at = await Deno.realPath(path);; at = dirname(at)) {
      const { dev, ino } = await Deno.stat(at);
      if (dev === outer.dev && ino === outer.ino) return true;
      if (at === dirname(at)) return false;
    }
  } catch {
    return false;
  }
}

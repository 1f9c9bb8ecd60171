import { join, relative } from "@std/path";

/** The directory in one tree that corresponds to one in another; the tree itself if there is none. */
export async function sameIn(tree: string, directory: string, top: string): Promise<string> {
  const same = join(tree, relative(top, directory));
  const info = await Deno.stat(same).catch(() => undefined);
  return info?.isDirectory ? same : tree;
}

import { join, resolve } from "@std/path";
import type { Git } from "./git.ts";
import type { ListedTree } from "./working_tree.ts";

/** Where git notes the branch of a rebase that has stopped half-way; that is checked out nowhere meanwhile. */
const HEAD_NAMES = ["rebase-merge/head-name", "rebase-apply/head-name"];

/** Whether somebody is about to rebase a branch, in one of these trees. */
export async function isRebasing(
  branch: string,
  trees: readonly ListedTree[],
  git: Git,
): Promise<boolean> {
  for (const { path, isMissing } of trees) {
    if (isMissing) continue;
    const gitDir = resolve(path, await git.read(path, "rev-parse", "--git-dir"));
    for (const name of HEAD_NAMES) {
      const head = await Deno.readTextFile(join(gitDir, name)).catch(() => "");
      if (head.trim() === `refs/heads/${branch}`) return true;
    }
  }
  return false;
}

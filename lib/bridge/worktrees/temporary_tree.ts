import { join } from "@std/path";
import type { Texts } from "../../texts/texts.ts";
import { Git } from "./git.ts";
import { listTrees, type WorkingTree, worktreesOf } from "./working_tree.ts";

/** The prefix of the names of trees that are being made, or are there for a moment only. */
const UNDER_WAY = ".making-";
/** From which age on such a tree was left by a crash, in milliseconds: nothing takes that long. */
const LEFT_MS = 900_000;
/** How long the removal of one may take, in milliseconds. */
const REMOVAL_MS = 30_000;

/** A path for a working tree that is under way. Each is used once. */
export function temporaryPath(tree: WorkingTree): string {
  const name = `${UNDER_WAY}${Date.now()}-${crypto.randomUUID().slice(0, 8)}`;
  return join(worktreesOf(tree), name);
}

/** Removes a working tree that was under way, in which nobody has worked; never rejects. */
export async function removeTemporaryTree(path: string, top: string, texts: Texts): Promise<void> {
  // Also when what made it was called off.
  const git = new Git({ texts, signal: AbortSignal.timeout(REMOVAL_MS) });
  await git.ask(top, ["worktree", "remove", "--force", "--force", path]).catch(() => {});
}

/** Removes what a crash has left; never rejects. */
export async function sweepTemporary(git: Git, tree: WorkingTree, texts: Texts): Promise<void> {
  const beginning = join(worktreesOf(tree), UNDER_WAY);
  for (const { path, isMissing } of await listTrees(git, tree.top).catch(() => [])) {
    // What is missing may be in its place already, without git's knowledge.
    if (isMissing) continue;
    const [, since] = /^(\d+)-/.exec(path.slice(beginning.length)) ?? [];
    const isLeft = path.startsWith(beginning) && Date.now() - Number(since) > LEFT_MS;
    if (isLeft) await removeTemporaryTree(path, tree.top, texts);
  }
}

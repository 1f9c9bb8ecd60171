import { UsageError } from "../../base/errors.ts";
import type { Texts } from "../../texts/texts.ts";
import { identity } from "./commit_all.ts";
import { fileList } from "./file_list.ts";
import type { Git } from "./git.ts";
import { removeTemporaryTree, sweepTemporary, temporaryPath } from "./temporary_tree.ts";
import type { WorktreeState } from "./worktree_state.ts";

/** Both sides have changed the same places. The message says in which files. */
export class MergeConflicts extends UsageError {}

/**
 * Merges a worktree's commits with another commit in a tree of its own, of which nothing is left; resolves with the
 * id of the new commit.
 *
 * @throws {MergeConflicts} If both sides have changed the same places.
 */
export async function mergeCommit(
  state: WorktreeState,
  onto: string,
  { git, texts }: { readonly git: Git; readonly texts: Texts },
): Promise<string> {
  const { top, branch, base, head } = state;
  await sweepTemporary(git, state, texts);
  const path = temporaryPath(state);
  try {
    await git.read(top, "worktree", "add", "--quiet", "--detach", path, onto);
    const into = /^(main|master)$/.test(base) ? "" : ` into ${base}`;
    const message = `Merge branch '${branch}'${into}`;
    const args = ["merge", "--no-ff", "--no-stat", "--no-gpg-sign", "-m", message, head];
    const answer = await git.ask(path, args, { env: await identity(git, path) });
    if (answer.code === 0) return await git.read(path, "rev-parse", "HEAD");
    const names = await git.read(path, "diff", "--name-only", "--diff-filter=U", "-z");
    const files = [...new Set(names.split("\0").filter((name) => name !== ""))];
    if (files.length === 0) throw git.failed(args, answer);
    throw new MergeConflicts(texts.mergeConflicts(base, fileList(files, texts)));
  } finally {
    await removeTemporaryTree(path, top, texts);
  }
}

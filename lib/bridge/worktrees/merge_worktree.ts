import { UsageError } from "../../base/errors.ts";
import type { Texts } from "../../texts/texts.ts";
import { forbidden, type PathRules } from "../places/path_rules.ts";
import { tipOf } from "./base_branch.ts";
import { fileList } from "./file_list.ts";
import type { Git } from "./git.ts";
import { mergeCommit } from "./merge_commit.ts";
import { isRebasing } from "./rebasing.ts";
import { type ListedTree, listTrees, treeAround } from "./working_tree.ts";
import type { WorktreeState } from "./worktree_state.ts";

/** What {@linkcode mergeWorktree} needs. */
export interface MergeOptions {
  readonly git: Git;
  readonly texts: Texts;
  readonly rules: PathRules;
  /** The directories in which turns run now. */
  readonly running: () => Promise<readonly string[]>;
}

/** How often a merge is made again because the branch has moved meanwhile. */
const MAX_ATTEMPTS = 3;

/**
 * Merges the commits of a worktree into the branch that it came from. The merge is made in a tree of its own; the
 * branch, and the tree in which somebody may work on it, only go forward to what is whole. Whatever is in the way,
 * everything stays as it was.
 *
 * @throws {UsageError} If something is in the way, with a sentence that says what.
 */
export async function mergeWorktree(state: WorktreeState, options: MergeOptions): Promise<void> {
  const { git, texts } = options;
  const { top, base, head } = state;
  for (let attempt = 1;; attempt++) {
    const target = await treeOfBase(state, options);
    const tip = await tipOf(git, top, base);
    if (tip === undefined) throw new UsageError(texts.baseGone(base));
    if (await isAncestor(git, top, head, tip)) return;
    const commit = await isAncestor(git, top, tip, head)
      ? head
      : await mergeCommit(state, tip, { git, texts });
    const moved = target === undefined
      ? await moveBranch(state, tip, commit, git)
      : await goForward(target, commit, options);
    if (moved) return;
    if (attempt === MAX_ATTEMPTS) throw new UsageError(texts.baseMoves(base));
  }
}

/** Whether a commit is part of another one's history. */
export async function isAncestor(
  git: Git,
  top: string,
  one: string,
  of: string,
): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", one, of];
  const answer = await git.ask(top, args);
  if (answer.code > 1) throw git.failed(args, answer);
  return answer.code === 0;
}

/** The tree in which the base is checked out; `undefined`: in none. */
async function treeOfBase(
  { top, base }: WorktreeState,
  { git, texts, rules, running }: MergeOptions,
): Promise<ListedTree | undefined> {
  const trees = await listTrees(git, top);
  const target = trees.find(({ branch, isMissing }) => branch === base && !isMissing);
  if (target !== undefined && await forbidden(target.path, rules) !== undefined) {
    throw new UsageError(texts.baseOutside(base, target.path));
  }
  const busy = (await running()).map((directory) => treeAround(directory, trees)?.path);
  if (busy.includes(top)) throw new UsageError(texts.stopFirst);
  if (target !== undefined && busy.includes(target.path)) {
    throw new UsageError(texts.baseBusy(base, target.path));
  }
  const rebasing = target === undefined && await isRebasing(base, trees, git);
  if (rebasing) throw new UsageError(texts.baseRebasing(base));
  return target;
}

/** Moves a branch that is checked out nowhere; returns whether it was where it was thought to be. */
async function moveBranch(
  { top, base, branch }: WorktreeState,
  tip: string,
  commit: string,
  git: Git,
): Promise<boolean> {
  const args = ["update-ref", "-m", `merge ${branch}`, `refs/heads/${base}`, commit, tip];
  return (await git.ask(top, args)).code === 0;
}

/**
 * Moves a tree and its branch forward to a commit; returns whether that was possible. git looks first whether
 * anything would be overwritten, and changes nothing then.
 */
async function goForward(
  { path }: ListedTree,
  commit: string,
  { git, texts }: MergeOptions,
): Promise<boolean> {
  const args = ["merge", "--ff-only", "--no-overwrite-ignore", "--no-stat", "--quiet", commit];
  const answer = await git.ask(path, args, { isKept: true });
  if (answer.code === 0) return true;
  if (/fast-forward|diverg/i.test(answer.why)) return false;
  const files = [...answer.why.matchAll(/^\t(.+)$/gm)].map(([, file = ""]) => file.trim());
  if (files.length === 0) throw git.failed(args, answer);
  throw new UsageError(texts.wouldOverwrite(path, fileList(files, texts)));
}

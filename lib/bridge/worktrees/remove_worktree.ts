import { dirname, join } from "@std/path";
import { isBelow } from "../../base/below.ts";
import { UsageError } from "../../base/errors.ts";
import type { Texts } from "../../texts/texts.ts";
import { forbidden, type PathRules } from "../places/path_rules.ts";
import { begunHere, noteBase, tipOf } from "./base_branch.ts";
import { commitAll } from "./commit_all.ts";
import { fileList } from "./file_list.ts";
import type { Git } from "./git.ts";
import { isAncestor } from "./merge_worktree.ts";
import { listTrees, worktreesOf } from "./working_tree.ts";
import { contentOf, ignoredIn, type WorktreeState } from "./worktree_state.ts";

/** What is in a worktree that is to be removed. */
export interface Stake {
  readonly state: WorktreeState;
  /** The files that git ignores, which go with it. */
  readonly ignored: readonly string[];
  /** The id of all that could be committed. */
  readonly content: string;
}

/**
 * Looks at what would go with a worktree.
 *
 * @throws {UsageError} If it cannot be removed without the loss of work, with a sentence that says why.
 */
export async function stakeOf(
  state: WorktreeState,
  { git, texts }: { readonly git: Git; readonly texts: Texts },
): Promise<Stake> {
  const { top, conflicts, gitDir } = state;
  if (!isBelow(top, worktreesOf(state))) throw new UsageError(texts.notOurWorktree(top));
  if (conflicts.length > 0) {
    throw new UsageError(texts.unfinishedMerge(fileList(conflicts, texts)));
  }
  const { id, repositories } = await contentOf(git, state);
  if (await Deno.stat(join(gitDir, "modules")).then(() => true, () => false)) {
    throw new UsageError(texts.holdsRepositories(top, "`.gitmodules`"));
  }
  if (repositories.length > 0) {
    throw new UsageError(texts.holdsRepositories(top, fileList(repositories, texts)));
  }
  return { state, ignored: await ignoredIn(git, top), content: id };
}

/** Whether all of a worktree is elsewhere as well. */
export function isEmptyStake({ state, ignored }: Stake): boolean {
  const { ahead, baseTip, uncommitted } = state;
  return ahead === 0 && baseTip !== undefined && uncommitted.length === 0 && ignored.length === 0;
}

/** Whether there is something else in a worktree than before. */
export function isSameStake(one: Stake, other: Stake): boolean {
  return one.content === other.content && one.state.head === other.state.head &&
    one.state.base === other.state.base && one.state.branch === other.state.branch &&
    JSON.stringify(one.ignored) === JSON.stringify(other.ignored);
}

/**
 * Removes a worktree. What is not committed is committed to its branch before, and the branch stays if it has a
 * commit that the one before it lacks. What has changed meanwhile keeps everything in its place.
 *
 * @returns Whether the branch is left.
 */
export async function removeWorktree(
  { state }: Stake,
  message: string,
  git: Git,
): Promise<boolean> {
  const { top, common, branch, uncommitted } = state;
  if (uncommitted.length > 0) await commitAll(git, top, message);
  // Without `--force`, git looks again whether something would be lost. It refuses submodules, even empty ones.
  const links = await git.ask(top, ["ls-files", "--stage"]);
  const hasLinks = /^160000 /m.test(links.out);
  const isClean = await git.read(top, "status", "--porcelain") === "";
  const force = hasLinks && isClean ? ["--force"] : [];
  await git.read(common, "worktree", "remove", ...force, top);
  await removeEmpty(dirname(top), worktreesOf(state));
  return await deleteMerged(branch, common, git);
}

/**
 * Deletes a branch that was begun here, and has no worktree, if the one that it comes from has all of it.
 *
 * @param common Where git keeps the repository.
 * @returns Whether it is left.
 */
export async function deleteMerged(branch: string, common: string, git: Git): Promise<boolean> {
  const begun = await begunHere(git, common);
  const [tip, base] = [await tipOf(git, common, branch), begun.get(branch)];
  if (tip === undefined || base === undefined) return tip !== undefined;
  const baseTip = await tipOf(git, common, base);
  if (baseTip === undefined || !await isAncestor(git, common, tip, baseTip)) return true;
  // What was begun from it goes back to where it went itself.
  const nested = [...begun].filter(([, from]) => from === branch);
  for (const [one] of nested) await noteBase(git, common, one, base);
  await git.read(common, "update-ref", "-d", `refs/heads/${branch}`, tip);
  await git.ask(common, ["config", "--local", "--remove-section", `branch.${branch}`]);
  return false;
}

/** Removes the directories of a name with slashes that are empty now. */
async function removeEmpty(from: string, until: string): Promise<void> {
  for (let at = from; isBelow(at, until); at = dirname(at)) {
    if (!await Deno.remove(at).then(() => true, () => false)) return;
  }
}

/** What {@linkcode homeOf} needs. */
export interface HomeOptions {
  readonly git: Git;
  readonly rules: PathRules;
  /** Where it is if nobody may be in any of the others. */
  readonly fallback: string;
}

/**
 * Where conversations go on whose worktree is removed: in the tree of the base branch, or in the repository's
 * own.
 */
export async function homeOf(
  state: WorktreeState,
  { git, rules, fallback }: HomeOptions,
): Promise<string> {
  const trees = (await listTrees(git, state.top)).filter(({ isMissing }) => !isMissing);
  const base = trees.find(({ branch }) => branch === state.base);
  const own = trees.find(({ path }) => path === state.main);
  for (const { path } of [base, own].filter((tree) => tree !== undefined)) {
    if (await forbidden(path, rules) === undefined) return path;
  }
  return fallback;
}

import { dirname, join } from "@std/path";
import { UsageError } from "../../base/errors.ts";
import type { Texts } from "../../texts/texts.ts";
import { forbidden, type PathRules } from "../places/path_rules.ts";
import { baseOf, noteBase, tipOf } from "./base_branch.ts";
import { branchInTheWay, branchName } from "./branch_name.ts";
import type { Git } from "./git.ts";
import { sameIn } from "./same_in.ts";
import { removeTemporaryTree, sweepTemporary, temporaryPath } from "./temporary_tree.ts";
import {
  branchOf,
  type ListedTree,
  listTrees,
  type WorkingTree,
  WORKTREES,
  worktreesOf,
} from "./working_tree.ts";

/** What {@linkcode makeWorktree} needs. */
export interface MakeOptions {
  readonly git: Git;
  readonly texts: Texts;
  readonly rules: PathRules;
}

/** A worktree that a conversation can move to. */
export interface MadeWorktree {
  readonly path: string;
  /** The directory in it that corresponds to the one from which it was asked for. */
  readonly directory: string;
  readonly branch: string;
  /** The branch that it came from. */
  readonly base: string;
  /** Whether it, or its branch, was there before. */
  readonly isOld: boolean;
}

/** A worktree that somebody wants. */
interface Wanted {
  readonly branch: string;
  /** Its place. */
  readonly path: string;
  /** The tree from which it is asked for. */
  readonly tree: WorkingTree;
  /** Whether the branch is there already. */
  readonly isOld: boolean;
}

/**
 * Makes a git worktree with a branch of its own, from the branch of the directory's tree; or takes up one of that
 * name that was begun here. It is made under another name and moved to its place when it is whole, so whatever
 * interrupts this, doing it again goes on with it.
 *
 * @throws {UsageError} If something is in the way, with a sentence that says what.
 */
export async function makeWorktree(
  tree: WorkingTree,
  typed: string,
  options: MakeOptions,
): Promise<MadeWorktree> {
  const { git, texts, rules } = options;
  const { top, inside } = tree;
  const branch = await branchName(git, top, typed);
  if (branch === undefined) throw new UsageError(texts.badBranchName(typed));
  const place = worktreesOf(tree);
  const refusal = await forbidden(tree.main, rules);
  if (refusal === "private") throw new UsageError(texts.stateIsPrivate);
  if (refusal === "outside") throw new UsageError(texts.cwdOutside(rules.roots.join(", ")));
  await sweepTemporary(git, tree, texts);
  const path = join(place, branch);
  const isOld = await tipOf(git, top, branch) !== undefined;
  const wanted = { branch, path, tree, isOld };
  const base = await claim(wanted, options);
  if (!await isPlaced(wanted, options)) await putInPlace(wanted, options);
  await checkOut(wanted, options);
  const directory = await sameIn(path, join(top, inside), top);
  return { path, directory, branch, base, isOld };
}

/** Makes sure that a name is free, or ours; returns the branch that the one of this name comes from. */
async function claim(
  { branch, path, tree, isOld }: Wanted,
  { git, texts }: MakeOptions,
): Promise<string> {
  const noted = await baseOf(git, tree.top, branch);
  if (isOld && noted === undefined) throw new UsageError(texts.branchExists(branch));
  const elsewhere = (await listTrees(git, tree.top))
    .find((one) => one.branch === branch && one.path !== path);
  if (elsewhere) throw new UsageError(texts.branchElsewhere(branch, elsewhere.path));
  if (isOld && noted !== undefined) return noted;
  if (tree.branch === undefined) throw new UsageError(texts.headDetached(tree.top));
  const other = await branchInTheWay(git, tree.top, branch);
  if (other !== undefined) throw new UsageError(texts.branchInTheWay(branch, other));
  await noteBase(git, tree.top, branch, tree.branch);
  return tree.branch;
}

/** Whether a worktree is in its place. */
async function isPlaced(
  { path, tree: { top } }: Wanted,
  { git, texts }: MakeOptions,
): Promise<boolean> {
  const find = async (): Promise<ListedTree | undefined> =>
    (await listTrees(git, top)).find((one) => one.path === path);
  const found = await find();
  if (found?.isMissing) await git.read(top, "worktree", "remove", path);
  else if (found) return true;
  const there = await Deno.lstat(path).catch(() => undefined);
  if (there === undefined) return false;
  // It was moved there, and git does not know that yet; or it is nobody's, and empty.
  if (await Deno.stat(join(path, ".git")).then(({ isFile }) => isFile, () => false)) {
    await git.read(top, "worktree", "repair", path);
    if (await find()) return true;
  } else if (there.isDirectory && await Deno.remove(path).then(() => true, () => false)) {
    return false;
  }
  throw new UsageError(texts.placeTaken(path));
}

/** Puts a new worktree, which has no branch yet, in its place. */
async function putInPlace(
  { branch, path, tree, isOld }: Wanted,
  { git, texts }: MakeOptions,
): Promise<void> {
  const { top, head } = tree;
  const temporary = temporaryPath(tree);
  await Deno.mkdir(dirname(path), { recursive: true });
  // Not by a link to somewhere else.
  if (await Deno.realPath(dirname(path)) !== dirname(path)) {
    throw new UsageError(texts.placeTaken(path));
  }
  await hide(tree, git);
  try {
    const commit = isOld ? `refs/heads/${branch}` : head;
    await git.read(top, "worktree", "add", "--quiet", "--detach", temporary, commit);
    await Deno.rename(temporary, path).catch(async (error) => {
      // Somebody else has asked for the same one at the same time.
      const isTaken = await Deno.lstat(path).then(() => true, () => false);
      throw isTaken ? new UsageError(texts.worktreeInUse(branch)) : error;
    });
  } catch (error) {
    await removeTemporaryTree(temporary, top, texts);
    throw error;
  }
  // git's own move refuses what has submodules.
  await git.read(top, "worktree", "repair", path);
}

/** Checks out the branch of a worktree that is in its place. */
async function checkOut(
  { branch, path, tree, isOld }: Wanted,
  { git, texts }: MakeOptions,
): Promise<void> {
  const current = await branchOf(git, path);
  if (current === branch) return;
  if (current !== undefined) throw new UsageError(texts.branchElsewhere(current, path));
  const args = isOld ? [branch] : ["--no-track", "-b", branch, tree.head];
  await git.read(path, "checkout", "--quiet", ...args, "--");
}

/** Keeps git from listing the worktrees as untracked files. */
async function hide(tree: WorkingTree, git: Git): Promise<void> {
  const { code } = await git.ask(tree.main, ["check-ignore", "-q", `${WORKTREES}/`]);
  if (code === 0) return;
  const file = join(tree.common, "info", "exclude");
  const known = await Deno.readTextFile(file).catch(() => "");
  const line = `/${WORKTREES}/`;
  if (known.split("\n").includes(line)) return;
  await Deno.mkdir(dirname(file), { recursive: true });
  const gap = known === "" || known.endsWith("\n") ? "" : "\n";
  await Deno.writeTextFile(file, `${gap}${line}\n`, { append: true });
}

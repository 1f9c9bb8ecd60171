import { dirname, join, resolve } from "@std/path";
import { isBelow } from "../../base/below.ts";
import { UsageError } from "../../base/errors.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Git } from "./git.ts";

/** A working tree of a git repository, and a directory in it. */
export interface WorkingTree {
  /** Its top directory. */
  readonly top: string;
  /** The directory, relative to that; empty if it is that. */
  readonly inside: string;
  /** Where git keeps what belongs to this tree alone. */
  readonly gitDir: string;
  /** Where it keeps what all trees of the repository share. */
  readonly common: string;
  /** The top directory of the repository's own tree; of a bare repository, the directory that it is in. */
  readonly main: string;
  /** The branch; `undefined` if none is checked out. */
  readonly branch: string | undefined;
  /** The id of the commit. */
  readonly head: string;
}

/**
 * The working tree that a directory is in.
 *
 * @throws {UsageError} If it is in none, or if there is no commit yet.
 */
export async function workingTree(git: Git, directory: string, texts: Texts): Promise<WorkingTree> {
  const args = ["rev-parse", "--is-inside-work-tree"];
  const answer = await git.ask(directory, args);
  if (/not a git repository/.test(answer.why)) throw new UsageError(texts.noRepository(directory));
  if (answer.code !== 0) throw git.failed(args, answer);
  if (answer.out.trim() !== "true") throw new UsageError(texts.bareRepository(directory));
  const said = await git.read(
    directory,
    ...["rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir", "--show-prefix"],
  );
  const [top = "", gitDir = "", common = "", inside = ""] = said.split("\n");
  const { code, out: head } = await git.ask(top, ["rev-parse", "-q", "--verify", "HEAD^{commit}"]);
  if (code !== 0) throw new UsageError(texts.noCommits(top));
  const own = await Deno.realPath(gitDir);
  const shared = await Deno.realPath(resolve(directory, common));
  return {
    top,
    inside: inside.replace(/\/$/, ""),
    gitDir: own,
    common: shared,
    main: own === shared ? top : await mainOf(git, shared),
    branch: await branchOf(git, top),
    head: head.trim(),
  };
}

/** The top directory of the tree of which git keeps everything in a directory. */
async function mainOf(git: Git, common: string): Promise<string> {
  // Set for a submodule, which is elsewhere.
  const args = ["config", "--file", join(common, "config"), "--get", "core.worktree"];
  const { code, out } = await git.ask(common, args);
  return code === 0 ? resolve(common, out.trim()) : dirname(common);
}

/** The branch that is checked out in a tree; `undefined`: none. */
export async function branchOf(git: Git, top: string): Promise<string | undefined> {
  const { code, out } = await git.ask(top, ["symbolic-ref", "-q", "HEAD"]);
  return code === 0 ? out.trim().replace(/^refs\/heads\//, "") : undefined;
}

/** Where the worktrees of a repository are that were begun here, relative to its own tree. */
export const WORKTREES = ".worktrees";

/**
 * Where the worktrees of a repository are that were begun here: in the repository's own tree, not in one of its
 * worktrees, which somebody may remove. What may work in the repository may work there.
 */
export function worktreesOf({ main }: Pick<WorkingTree, "main">): string {
  return join(main, WORKTREES);
}

/** A working tree as git lists it. */
export interface ListedTree {
  readonly path: string;
  readonly branch: string | undefined;
  /** Whether there is no such directory any more. */
  readonly isMissing: boolean;
}

/** All working trees of a repository. */
export async function listTrees(git: Git, top: string): Promise<readonly ListedTree[]> {
  const listed = await git.read(top, "worktree", "list", "--porcelain");
  const blocks = listed.split("\n\n").filter((block) => !/^bare$/m.test(block));
  return await Promise.all(blocks.map(async (block) => {
    const path = /^worktree (.*)$/m.exec(block)?.[1] ?? "";
    const branch = /^branch refs\/heads\/(.*)$/m.exec(block)?.[1];
    const isMissing = await Deno.stat(path).then(() => false, () => true);
    return { path, branch, isMissing };
  }));
}

/** The tree among others that a directory is in: one may be inside another. */
export function treeAround(
  directory: string,
  trees: readonly ListedTree[],
): ListedTree | undefined {
  return trees.filter(({ path }) => isBelow(directory, path))
    .toSorted((one, other) => other.path.length - one.path.length)[0];
}

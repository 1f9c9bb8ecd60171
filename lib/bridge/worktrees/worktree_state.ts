import { join } from "@std/path";
import { UsageError } from "../../base/errors.ts";
import type { Texts } from "../../texts/texts.ts";
import { baseOf, tipOf } from "./base_branch.ts";
import type { Git } from "./git.ts";
import { type WorkingTree, workingTree } from "./working_tree.ts";

/** A worktree that was begun here, and what is in it. */
export interface WorktreeState extends WorkingTree {
  readonly branch: string;
  /** The branch that it comes from. */
  readonly base: string;
  /** The commit of the base; `undefined` if that is gone. */
  readonly baseTip: string | undefined;
  /** How many commits only this branch has, and only the base; 0 if the base is gone. */
  readonly ahead: number;
  readonly behind: number;
  /** What is not committed, as paths relative to the top; a directory that git does not know ends with `/`. */
  readonly uncommitted: readonly string[];
  /** The files in which an unfinished merge has conflicts. */
  readonly conflicts: readonly string[];
}

/**
 * The worktree that a directory is in.
 *
 * @returns `undefined` if it is in none that was begun here.
 * @throws {UsageError} If it is in none at all, or no branch is checked out in one that was.
 */
export async function worktreeState(
  git: Git,
  directory: string,
  texts: Texts,
): Promise<WorktreeState | undefined> {
  const tree = await workingTree(git, directory, texts);
  const { top, branch } = tree;
  if (branch === undefined) throw new UsageError(texts.headDetached(top));
  const base = await baseOf(git, top, branch);
  if (base === undefined) return undefined;
  const baseTip = await tipOf(git, top, base);
  const counted = baseTip === undefined
    ? "0 0"
    : await git.read(top, "rev-list", "--left-right", "--count", `${baseTip}...${tree.head}`);
  const [behind = 0, ahead = 0] = counted.split(/\s+/).map(Number);
  const changes = await readStatus(git, top);
  return {
    ...tree,
    branch,
    base,
    baseTip,
    ahead,
    behind,
    uncommitted: changes.map(({ path }) => path),
    conflicts: changes.filter(({ code }) => UNMERGED.test(code)).map(({ path }) => path),
  };
}

/** What git says of a file that a merge could not merge. */
const UNMERGED = /^(DD|AU|UD|UA|DU|AA|UU)$/;

/** A file that is not committed as it is. */
export interface Change {
  /** Two letters, as `git status` has them. */
  readonly code: string;
  readonly path: string;
}

/** What is not committed in a tree. @param options Further options of `git status`. */
export async function readStatus(
  git: Git,
  top: string,
  ...options: readonly string[]
): Promise<readonly Change[]> {
  const args = ["status", "--porcelain", "-z", "--untracked-files=normal", ...options];
  const entries = (await git.read(top, ...args)).split("\0");
  const changes: Change[] = [];
  for (let i = 0; i < entries.length; i++) {
    const [code = "", path = ""] = [entries[i]?.slice(0, 2), entries[i]?.slice(3)];
    if (path !== "") changes.push({ code, path });
    // The name from which it was renamed, or copied, follows.
    if (/[RC]/.test(code)) i++;
  }
  return changes;
}

/** The files that git is told to ignore. They go when a worktree goes. */
export async function ignoredIn(git: Git, top: string): Promise<readonly string[]> {
  const changes = await readStatus(git, top, "--ignored=traditional");
  return changes.filter(({ code }) => code === "!!").map(({ path }) => path);
}

/** Everything in a tree that could be committed. */
export interface Content {
  /** The id of that as a whole: another one means that something has changed. */
  readonly id: string;
  /** The repositories in it, of which git would only keep which commit they are at. */
  readonly repositories: readonly string[];
}

/** Reads what is in a tree, without a change of its index. */
export async function contentOf(
  git: Git,
  { top, gitDir }: Pick<WorkingTree, "top" | "gitDir">,
): Promise<Content> {
  const index = join(gitDir, `chat-index-${crypto.randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  const run = async (...args: string[]) => {
    const answer = await git.ask(top, args, { env });
    if (answer.code !== 0) throw git.failed(args, answer);
    return answer.out;
  };
  try {
    await copyIndex(join(gitDir, "index"), index);
    await run("add", "--all");
    const id = (await run("write-tree")).trim();
    const links = (await run("ls-files", "--stage", "-z")).split("\0")
      .filter((line) => line.startsWith("160000 ")).map((line) =>
        line.slice(line.indexOf("\t") + 1)
      );
    const filled = await Promise.all(links.map(async (path) => await isFilled(join(top, path))));
    return { id, repositories: links.filter((_, i) => filled[i]) };
  } finally {
    await Deno.remove(index).catch(() => {});
  }
}

/** Copies an index. git trusts what it says of files that are older than it, so the copy is not newer. */
async function copyIndex(from: string, to: string): Promise<void> {
  const { atime, mtime } = await Deno.stat(from);
  await Deno.copyFile(from, to);
  if (atime !== null && mtime !== null) await Deno.utime(to, atime, mtime);
}

async function isFilled(directory: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(directory)) return true;
  } catch {
    // There is none.
  }
  return false;
}

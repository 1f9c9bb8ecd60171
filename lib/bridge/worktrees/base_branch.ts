import type { Git } from "./git.ts";

/**
 * Where git's own configuration notes the branch that another one was begun from here. git forgets it together with
 * the branch.
 */
const keyOf = (branch: string) => `branch.${branch}.chatBase`;

/** The branch that another one was begun from here; `undefined` if it was not begun here. */
export async function baseOf(
  git: Git,
  top: string,
  branch: string | undefined,
): Promise<string | undefined> {
  if (branch === undefined) return undefined;
  const { code, out } = await git.ask(top, ["config", "--local", "--get", keyOf(branch)]);
  return code === 0 ? out.replace(/\n$/, "") : undefined;
}

/** Notes the base of a branch. Call it before the branch is made: one without a note is somebody else's. */
export async function noteBase(git: Git, top: string, branch: string, base: string): Promise<void> {
  await git.read(top, "config", "--local", keyOf(branch), base);
}

/** The commit of a branch; `undefined` if there is no such branch. */
export async function tipOf(git: Git, top: string, branch: string): Promise<string | undefined> {
  const args = ["rev-parse", "-q", "--verify", `refs/heads/${branch}^{commit}`];
  const { code, out } = await git.ask(top, args);
  return code === 0 ? out.trim() : undefined;
}

/** The branches that were begun here, and the branch that each comes from. */
export async function begunHere(git: Git, top: string): Promise<ReadonlyMap<string, string>> {
  const refs = await git.read(top, "for-each-ref", "--format=%(refname)", "refs/heads");
  const existing = new Set(refs.split("\n"));
  const args = ["config", "--local", "--get-regexp", "^branch\\..*\\.chatbase$"];
  const noted = (await git.ask(top, args)).out.matchAll(/^branch\.(.*)\.chatbase (.*)$/gm);
  const bases = [...noted].map(([, branch = "", base = ""]) => [branch, base] as const);
  return new Map(bases.filter(([branch]) => existing.has(`refs/heads/${branch}`)));
}

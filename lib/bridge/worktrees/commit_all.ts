import type { Git } from "./git.ts";

/** Whose commit it is if git does not know whose: it refuses one of nobody. */
const NOBODY = {
  GIT_AUTHOR_NAME: "feishu-opencode-bridge",
  GIT_AUTHOR_EMAIL: "bridge@localhost",
  GIT_COMMITTER_NAME: "feishu-opencode-bridge",
  GIT_COMMITTER_EMAIL: "bridge@localhost",
};

/** Commits all that is in a tree, but for what git ignores. */
export async function commitAll(git: Git, top: string, message: string): Promise<void> {
  await git.read(top, "add", "--all");
  const args = ["commit", "--quiet", "--no-verify", "--no-gpg-sign", "-m", message];
  const answer = await git.ask(top, args, { env: await identity(git, top) });
  if (answer.code !== 0) throw git.failed(args, answer);
}

/** The variables with which git can commit. */
export async function identity(git: Git, top: string): Promise<Readonly<Record<string, string>>> {
  const { code } = await git.ask(top, ["var", "GIT_COMMITTER_IDENT"]);
  return code === 0 ? {} : NOBODY;
}

import { assert } from "@std/assert";
import { dirname, join } from "@std/path";
import { Git } from "../../../lib/bridge/worktrees/git.ts";
import { makeWorktree } from "../../../lib/bridge/worktrees/make_worktree.ts";
import { workingTree } from "../../../lib/bridge/worktrees/working_tree.ts";
import { type WorktreeState, worktreeState } from "../../../lib/bridge/worktrees/worktree_state.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { tempDir } from "../../helpers.ts";

/** Nobody's configuration, but a name. */
const ENV = {
  ...{ GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  ...{ GIT_AUTHOR_NAME: "t", GIT_AUTHOR_EMAIL: "t@t" },
  ...{ GIT_COMMITTER_NAME: "t", GIT_COMMITTER_EMAIL: "t@t" },
};

/** Runs git as a person would; resolves with what it printed. */
export async function runGit(directory: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["-C", directory, ...args],
    env: ENV,
  }).output();
  assert(success, `git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

/** Writes a file, with its directories. */
export async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

/** A git repository with one commit on `main`, which goes away with its scope. */
export async function gitRepository() {
  const dir = await tempDir();
  const path = join(dir.path, "project");
  await Deno.mkdir(path);
  await runGit(path, "init", "--quiet", "--initial-branch=main");
  await write(join(path, "a.txt"), "1\n");
  await write(join(path, "sub/b.txt"), "1\n");
  await write(join(path, ".gitignore"), "*.log\n");
  await runGit(path, "add", "--all");
  await runGit(path, "commit", "--quiet", "-m", "first");
  const git = new Git({ texts: texts("en"), signal: new AbortController().signal });
  const options = { git, texts: texts("en"), rules: { stateDir: "/nowhere", roots: [] } };
  return {
    dir: dir.path,
    path,
    git,
    options,
    /** Begins a worktree from a directory of the repository; resolves with its path. */
    begin: async (name: string, from = path) =>
      (await makeWorktree(await workingTree(git, from, texts("en")), name, options)).path,
    /** What is in a worktree that was begun here. */
    state: async (worktree: string): Promise<WorktreeState> => {
      const state = await worktreeState(git, worktree, texts("en"));
      assert(state);
      return state;
    },
    /** Writes a file in a tree and commits it. */
    commit: async (tree: string, file: string, text: string) => {
      await write(join(tree, file), text);
      await runGit(tree, "add", "--all");
      await runGit(tree, "commit", "--quiet", "-m", `write ${file}`);
    },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

/** git that is not there any more after so many commands. */
class BrokenGit extends Git {
  left = 0;

  override ask(...args: Parameters<Git["ask"]>): ReturnType<Git["ask"]> {
    if (--this.left < 0) return Promise.reject(new Error("broken off"));
    return super.ask(...args);
  }
}

/** git that breaks off after as many commands as `left` says. */
export function brokenGit(): BrokenGit {
  return new BrokenGit({ texts: texts("en"), signal: new AbortController().signal });
}

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../lib/base/errors.ts";
import { MergeConflicts } from "../../../lib/bridge/worktrees/merge_commit.ts";
import { mergeWorktree } from "../../../lib/bridge/worktrees/merge_worktree.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { brokenGit, gitRepository, runGit, write } from "./git_repository.ts";

const en = texts("en");

/** A repository with a worktree that has one commit more, and how that is merged. */
async function start(running: readonly string[] = []) {
  const repo = await gitRepository();
  const path = await repo.begin("fix");
  await repo.commit(path, "a.txt", "2\n");
  const options = { ...repo.options, running: () => Promise.resolve(running) };
  const merge = async () => await mergeWorktree(await repo.state(path), options);
  /** All that a merge could change. */
  const everything = async () =>
    await Promise.all([
      runGit(repo.path, "for-each-ref"),
      runGit(repo.path, "status", "--short"),
      runGit(path, "status", "--short", "--branch"),
      Deno.readTextFile(join(repo.path, "a.txt")),
      runGit(repo.path, "worktree", "list"),
    ]);
  /** Why it is not merged. Nothing has changed then. */
  const refused = async () => {
    const before = await everything();
    const error = await assertRejects(merge, UsageError);
    assertEquals(await everything(), before);
    return error;
  };
  return { repo, path, merge, refused };
}

Deno.test("a branch is merged, also when the other one has moved; what others change meanwhile stays", async () => {
  const { repo, path, merge } = await start();
  await using _ = repo;
  await write(join(repo.path, "sub/b.txt"), "mine\n");
  await merge();
  assertEquals(await runGit(repo.path, "log", "-1", "--format=%s"), "write a.txt");
  await repo.commit(path, "c.txt", "3\n");
  await runGit(repo.path, "stash", "--quiet");
  await repo.commit(repo.path, "d.txt", "4\n");
  await runGit(repo.path, "stash", "pop", "--quiet");
  await merge();
  assertEquals(await runGit(repo.path, "log", "-1", "--format=%s"), "Merge branch 'fix'");
  assertEquals(await runGit(repo.path, "show", "main:c.txt"), "3");
  assertEquals(await Deno.readTextFile(join(repo.path, "c.txt")), "3\n");
  assertEquals(await runGit(repo.path, "status", "--short"), "M sub/b.txt");
  // Merged again, nothing happens.
  const before = await runGit(repo.path, "for-each-ref");
  await merge();
  assertEquals(await runGit(repo.path, "for-each-ref"), before);
});

Deno.test("a branch that is checked out nowhere is merged into without a tree, unless it is being rebased", async () => {
  const { repo, merge, refused } = await start();
  await using _ = repo;
  await repo.commit(repo.path, "d.txt", "4\n");
  const edit = { GIT_SEQUENCE_EDITOR: "sed -i.bak s/^pick/edit/" };
  const rebase = { args: ["-C", repo.path, "rebase", "-i", "HEAD~1"], env: edit };
  await new Deno.Command("git", { ...rebase, stdout: "null", stderr: "null" }).output();
  assertEquals((await refused()).message, en.baseRebasing("main"));
  await runGit(repo.path, "rebase", "--abort");
  await runGit(repo.path, "checkout", "--quiet", "-b", "other");
  await merge();
  assertEquals(await runGit(repo.path, "show", "main:a.txt"), "2");
  assertEquals(await runGit(repo.path, "status", "--short", "--branch"), "## other");
});

Deno.test("conflicts are named, and everything stays as it was", async () => {
  const { repo, path, refused } = await start();
  await using _ = repo;
  await repo.commit(path, "sub/b.txt", "2\n");
  await repo.commit(repo.path, "a.txt", "other\n");
  await repo.commit(repo.path, "sub/b.txt", "other\n");
  const error = await refused();
  assertEquals(error instanceof MergeConflicts, true);
  assertEquals(error.message, en.mergeConflicts("main", "`a.txt`, `sub/b.txt`"));
});

Deno.test("changes that would be overwritten are named, also of files that git does not know, or ignores", async () => {
  const { repo, path, refused } = await start();
  await using _ = repo;
  await write(join(repo.path, "a.txt"), "mine\n");
  assertEquals((await refused()).message, en.wouldOverwrite(repo.path, "`a.txt`"));
  await runGit(repo.path, "checkout", "--quiet", "a.txt");
  await repo.commit(path, "new.txt", "theirs\n");
  await write(join(repo.path, "new.txt"), "mine\n");
  assertEquals((await refused()).message, en.wouldOverwrite(repo.path, "`new.txt`"));
  await Deno.remove(join(repo.path, "new.txt"));
  await runGit(path, "rm", "--quiet", "new.txt");
  await write(join(path, "kept.log"), "theirs\n");
  await runGit(path, "add", "--force", "kept.log");
  await runGit(path, "commit", "--quiet", "-m", "a log");
  await write(join(repo.path, "kept.log"), "mine\n");
  assertEquals((await refused()).message, en.wouldOverwrite(repo.path, "`kept.log`"));
  assertEquals(await Deno.readTextFile(join(repo.path, "kept.log")), "mine\n");
});

Deno.test("nothing is merged into a tree in which a turn runs, or that is outside of the roots", async () => {
  const running: string[] = [];
  const { repo, path, merge, refused } = await start(running);
  await using _ = repo;
  running.push(join(repo.path, "sub"));
  assertEquals((await refused()).message, en.baseBusy("main", repo.path));
  running.splice(0, 1, path);
  assertEquals((await refused()).message, en.stopFirst);
  // A worktree inside of the tree is not the tree.
  running.splice(0, 1, await repo.begin("other"));
  await merge();
  const rules = { stateDir: "/nowhere", roots: [path] };
  await repo.commit(path, "c.txt", "3\n");
  const state = await repo.state(path);
  const options = { ...repo.options, rules, running: () => Promise.resolve([]) };
  const error = await assertRejects(() => mergeWorktree(state, options), UsageError);
  assertMatch(error.message, /outside of BRIDGE_ROOTS/);
});

Deno.test("no hook of the repository runs", async () => {
  const { repo, merge } = await start();
  await using _ = repo;
  const ran = join(repo.dir, "ran");
  for (const hook of ["post-merge", "post-checkout", "reference-transaction", "pre-merge-commit"]) {
    const file = join(repo.path, ".git/hooks", hook);
    await write(file, `#!/bin/sh\ntouch ${ran}\n`);
    await Deno.chmod(file, 0o755);
  }
  await repo.begin("other");
  await Deno.remove(ran).catch(() => {});
  await runGit(repo.path, "-c", "core.hooksPath=/dev/null", "commit", "--allow-empty", "-qm", "x");
  await merge();
  await assertRejects(() => Deno.stat(ran), Deno.errors.NotFound);
});

Deno.test("wherever a merge breaks off, there is all of it or nothing, and merging again ends it", async () => {
  const { repo, path, merge } = await start();
  await using _ = repo;
  const git = brokenGit();
  const options = { ...repo.options, git, running: () => Promise.resolve([]) };
  for (let steps = 0;; steps++) {
    await repo.commit(path, `ours-${steps}`, "1\n");
    await repo.commit(repo.path, `theirs-${steps}`, "1\n");
    const state = await repo.state(path);
    git.left = steps;
    const isWhole = await mergeWorktree(state, options).then(() => true, () => false);
    assertEquals(await runGit(repo.path, "status", "--short"), "");
    await merge();
    assertEquals(await runGit(repo.path, "status", "--short"), "");
    assertEquals(await runGit(repo.path, "log", "--format=%s", "main..fix"), "");
    assertEquals((await runGit(repo.path, "worktree", "list")).split("\n").length, 2);
    if (isWhole) break;
  }
});

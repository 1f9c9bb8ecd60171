import { assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../lib/base/errors.ts";
import { branchName } from "../../../lib/bridge/worktrees/branch_name.ts";
import { makeWorktree } from "../../../lib/bridge/worktrees/make_worktree.ts";
import { removeWorktree, stakeOf } from "../../../lib/bridge/worktrees/remove_worktree.ts";
import { workingTree } from "../../../lib/bridge/worktrees/working_tree.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { brokenGit, gitRepository, runGit, write } from "./git_repository.ts";

const en = texts("en");

Deno.test("a worktree is in the repository, on a branch of its own, and nobody's status shows it", async () => {
  await using repo = await gitRepository();
  const tree = await workingTree(repo.git, join(repo.path, "sub"), en);
  const made = await makeWorktree(tree, "fix/log in", repo.options);
  const path = join(repo.path, ".worktrees/fix/log-in");
  assertEquals(made, {
    ...{ path, directory: join(path, "sub"), branch: "fix/log-in", base: "main", isOld: false },
  });
  assertEquals(await runGit(path, "status", "--short", "--branch"), "## fix/log-in");
  assertEquals(await runGit(repo.path, "status", "--short"), "");
  // From a worktree, the next one is beside it, and comes from its branch.
  const nested = await repo.begin("more", path);
  assertEquals(nested, join(repo.path, ".worktrees/more"));
  assertEquals((await repo.state(nested)).base, "fix/log-in");
});

Deno.test("what a crash has left at any step is gone on with", async () => {
  await using repo = await gitRepository();
  const path = join(repo.path, ".worktrees/fix");
  const noted = ["config", "branch.fix.chatBase", "main"];
  const made = ["worktree", "add", "--quiet", "--detach"];
  const steps: (() => Promise<unknown>)[] = [
    async () => await runGit(repo.path, ...noted),
    // Half of it, under another name.
    async () => {
      const half = join(repo.path, ".worktrees/.making-1-x");
      await runGit(repo.path, ...made, half);
      await Deno.remove(join(half, "a.txt"));
    },
    // In its place, which git does not know yet.
    async () => {
      const half = join(repo.path, ".worktrees/.making-2-x");
      await runGit(repo.path, ...made, half);
      await Deno.rename(half, path);
    },
    async () => await runGit(repo.path, ...made, path),
    async () => await repo.begin("fix"),
    // Somebody has removed the files only.
    async () => {
      await repo.begin("fix");
      await Deno.remove(path, { recursive: true });
    },
    async () => {
      await repo.begin("fix");
      await runGit(repo.path, "worktree", "remove", path);
    },
  ];
  for (const step of steps) {
    await step();
    assertEquals(await repo.begin("fix"), path);
    assertEquals(await runGit(path, "status", "--short", "--branch"), "## fix");
    assertEquals((await repo.state(path)).base, "main");
    assertEquals((await runGit(repo.path, "worktree", "list")).split("\n").length, 2);
    await runGit(repo.path, "worktree", "remove", path);
    await runGit(repo.path, "branch", "-D", "fix");
  }
});

Deno.test("a branch or directory of somebody else is named, and stays as it is", async () => {
  await using repo = await gitRepository();
  const refused = async (name: string, why: RegExp) => {
    const before = await runGit(repo.path, "for-each-ref");
    const { message } = await assertRejects(() => repo.begin(name), UsageError);
    assertMatch(message, why);
    assertEquals(await runGit(repo.path, "for-each-ref"), before);
  };
  await runGit(repo.path, "branch", "taken");
  await refused("taken", /is a branch `taken` already that was not begun/);
  await refused("main", /is a branch `main` already/);
  await write(join(repo.path, ".worktrees/full/x"), "mine");
  await refused("full", /full exists already and is no worktree/);
  await refused("..", /“..” cannot be the name/);
  await repo.begin("a");
  await refused("a/b", /cannot have a branch `a\/b` beside `a`/);
  await runGit(repo.path, "branch", "x/y/z");
  await refused("x/y", /cannot have a branch `x\/y` beside `x\/y\/z`/);
  // A link leads out of the repository.
  await Deno.mkdir(join(repo.dir, "outside"));
  await Deno.symlink(join(repo.dir, "outside"), join(repo.path, ".worktrees/link"));
  await refused("link/out", /exists already and is no worktree/);
  await runGit(repo.path, "checkout", "--quiet", "--detach");
  await refused("free", /no branch is checked out/);
});

Deno.test("a directory that cannot have worktrees is refused with the reason", async () => {
  await using repo = await gitRepository();
  const { git, dir, path } = repo;
  const why = async (directory: string) =>
    (await assertRejects(() => workingTree(git, directory, en), UsageError)).message;
  assertEquals(await why(dir), en.noRepository(dir));
  assertEquals(await why(join(path, ".git")), en.bareRepository(join(path, ".git")));
  const empty = join(dir, "empty");
  await Deno.mkdir(empty);
  await runGit(empty, "init", "--quiet");
  assertEquals(await why(empty), en.noCommits(empty));
  await runGit(dir, "clone", "--quiet", "--bare", path, "bare.git");
  assertEquals(await why(join(dir, "bare.git")), en.bareRepository(join(dir, "bare.git")));
  const outside = { ...repo.options, rules: { stateDir: "/nowhere", roots: [join(path, "sub")] } };
  const tree = await workingTree(git, join(path, "sub"), en);
  const { message } = await assertRejects(() => makeWorktree(tree, "x", outside), UsageError);
  assertEquals(message, en.cwdOutside(join(path, "sub")));
});

Deno.test("a worktree of a bare repository, and one with submodules, work like others", async () => {
  await using repo = await gitRepository();
  const { dir, path } = repo;
  await runGit(dir, "clone", "--quiet", "--bare", path, "bare.git");
  await runGit(join(dir, "bare.git"), "worktree", "add", "--quiet", join(dir, "tree"), "main");
  const ofBare = await repo.begin("fix", join(dir, "tree"));
  assertEquals(ofBare, join(dir, ".worktrees/fix"));
  const stake = await stakeOf(await repo.state(ofBare), repo.options);
  assertEquals(await removeWorktree(stake, "wip", repo.git), false);
  const add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
  await runGit(path, ...add, join(dir, "bare.git"), "lib");
  await runGit(path, "commit", "--quiet", "-m", "a submodule");
  assertEquals(await repo.begin("fix"), join(path, ".worktrees/fix"));
  const deep = join(path, "lib/.worktrees/deep");
  assertEquals(await repo.begin("deep", join(path, "lib")), deep);
  assertEquals((await repo.state(deep)).main, join(path, "lib"));
});

Deno.test("a name is what git and a shell take, and as near to what was typed as can be", async () => {
  await using repo = await gitRepository();
  const names: [string, string | undefined][] = [
    ["Fix_1.2", "Fix_1.2"],
    ["修复登录", "修复登录"],
    ["--force", "force"],
    ["a b;$(rm)`x`", "a-b-rm-x"],
    ["/a//b/../.c/", "a/b/c"],
    ["a..b", "a.b"],
    ["x.lock", undefined],
    ["HEAD", undefined],
    ["🎉", undefined],
    ["\u202eevil", "evil"],
    ["x".repeat(99), "x".repeat(60)],
  ];
  for (const [typed, name] of names) {
    assertEquals(await branchName(repo.git, repo.path, typed), name, typed);
  }
});

Deno.test("wherever it breaks off, a worktree is made by asking for it again", async () => {
  await using repo = await gitRepository();
  const git = brokenGit();
  const tree = await workingTree(repo.git, repo.path, en);
  for (let steps = 0;; steps++) {
    git.left = steps;
    const name = `w${steps}`;
    const made = await makeWorktree(tree, name, { ...repo.options, git }).catch(() => undefined);
    const path = await repo.begin(name);
    assertEquals(await runGit(path, "status", "--short", "--branch"), `## ${name}`);
    assertEquals((await repo.state(path)).base, "main");
    if (made !== undefined) break;
  }
  const listed = await runGit(repo.path, "worktree", "list");
  assertEquals(listed.includes(".making"), false, listed);
});

Deno.test("of two who ask for the same one at the same time, nobody gets half of it", async () => {
  await using repo = await gitRepository();
  const asked = await Promise.allSettled([repo.begin("same"), repo.begin("same")]);
  const path = join(repo.path, ".worktrees/same");
  for (const one of asked) {
    if (one.status === "fulfilled") assertEquals(one.value, path);
    else assertInstanceOf(one.reason, UsageError);
  }
  assertEquals(await repo.begin("same"), path);
  assertEquals(await runGit(path, "status", "--short", "--branch"), "## same");
  assertEquals((await runGit(repo.path, "worktree", "list")).split("\n").length, 2);
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../lib/base/errors.ts";
import {
  isEmptyStake,
  isSameStake,
  removeWorktree,
  stakeOf,
} from "../../../lib/bridge/worktrees/remove_worktree.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { gitRepository, runGit, write } from "./git_repository.ts";

const en = texts("en");

Deno.test("a worktree with nothing of its own goes with its branch", async () => {
  await using repo = await gitRepository();
  const path = await repo.begin("a/b");
  const stake = await stakeOf(await repo.state(path), repo.options);
  assert(isEmptyStake(stake));
  const next = await repo.begin("next", path);
  assertEquals(await removeWorktree(stake, "wip", repo.git), false);
  const { base } = await repo.state(next);
  assertEquals(base, "main");
  const last = await stakeOf(await repo.state(next), repo.options);
  assertEquals(await removeWorktree(last, "wip", repo.git), false);
  assertEquals(await runGit(repo.path, "branch", "--format=%(refname:short)"), "main");
  await assertRejects(() => Deno.stat(join(repo.path, ".worktrees")), Deno.errors.NotFound);
  assertEquals((await runGit(repo.path, "config", "--list")).includes("chatbase"), false);
});

Deno.test("what is not committed is committed before, and the branch stays and is taken up again", async () => {
  await using repo = await gitRepository();
  const path = await repo.begin("fix");
  await write(join(path, "a.txt"), "changed\n");
  await write(join(path, "new/file with ü.txt"), "new\n");
  await runGit(path, "rm", "--quiet", "sub/b.txt");
  await write(join(path, "x.log"), "ignored\n");
  const stake = await stakeOf(await repo.state(path), repo.options);
  assertEquals(stake.state.uncommitted, ["a.txt", "sub/b.txt", "new/"]);
  assertEquals(stake.ignored, ["x.log"]);
  assert(!isEmptyStake(stake));
  assertEquals(await removeWorktree(stake, "wip", repo.git), true);
  assertEquals(await runGit(repo.path, "log", "-1", "--format=%s", "fix"), "wip");
  const again = await repo.begin("fix");
  assertEquals(await Deno.readTextFile(join(again, "new/file with ü.txt")), "new\n");
  assertEquals(await Deno.readTextFile(join(again, "a.txt")), "changed\n");
  await assertRejects(() => Deno.stat(join(again, "sub/b.txt")), Deno.errors.NotFound);
});

Deno.test("whatever changes in a worktree is noticed", async () => {
  await using repo = await gitRepository();
  const path = await repo.begin("fix");
  const look = async () => await stakeOf(await repo.state(path), repo.options);
  await write(join(path, "new.txt"), "1\n");
  const changes = [
    () => write(join(path, "new.txt"), "2\n"),
    () => write(join(path, "more.txt"), "1\n"),
    () => write(join(path, "x.log"), "1\n"),
    () => repo.commit(path, "a.txt", "2\n"),
  ];
  for (const change of changes) {
    const before = await look();
    assert(isSameStake(before, await look()));
    await change();
    assert(!isSameStake(before, await look()));
  }
});

Deno.test("what would be lost with a worktree keeps it", async () => {
  await using repo = await gitRepository();
  const why = async (path: string) =>
    (await assertRejects(async () => stakeOf(await repo.state(path), repo.options), UsageError))
      .message;
  const path = await repo.begin("fix");
  await runGit(path, "init", "--quiet", "deep/inner");
  await write(join(path, "deep/inner/x"), "1\n");
  await runGit(join(path, "deep/inner"), "add", "--all");
  await runGit(join(path, "deep/inner"), "commit", "--quiet", "-m", "only here");
  assertEquals(await why(path), en.holdsRepositories(path, "`deep/inner`"));
  await Deno.remove(join(path, "deep"), { recursive: true });
  await repo.commit(path, "a.txt", "2\n");
  await repo.commit(repo.path, "a.txt", "3\n");
  await assertRejects(() => runGit(path, "merge", "main"));
  assertEquals(await why(path), en.unfinishedMerge("`a.txt`"));
  await runGit(path, "merge", "--abort");
  await runGit(path, "checkout", "--quiet", "--detach");
  assertEquals(await why(path), en.headDetached(path));
});

Deno.test("a file that comes at the last moment keeps the worktree", async () => {
  await using repo = await gitRepository();
  const path = await repo.begin("fix");
  const stake = await stakeOf(await repo.state(path), repo.options);
  await write(join(path, "late.txt"), "1\n");
  await assertRejects(() => removeWorktree(stake, "wip", repo.git), UsageError, "git worktree");
  assertEquals(await Deno.readTextFile(join(path, "late.txt")), "1\n");
});

Deno.test("a worktree with empty submodules is removed like any", async () => {
  await using repo = await gitRepository();
  const { dir, path } = repo;
  await runGit(dir, "clone", "--quiet", "--bare", path, "lib.git");
  const add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
  await runGit(path, ...add, join(dir, "lib.git"), "lib");
  await runGit(path, "commit", "--quiet", "-m", "a submodule");
  const tree = await repo.begin("fix");
  const stake = await stakeOf(await repo.state(tree), repo.options);
  assertEquals(await removeWorktree(stake, "wip", repo.git), false);
  const full = await repo.begin("full");
  const update = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init"];
  await runGit(full, ...update);
  const { message } = await assertRejects(
    async () => stakeOf(await repo.state(full), repo.options),
    UsageError,
  );
  assertEquals(message, en.holdsRepositories(full, "`.gitmodules`"));
});

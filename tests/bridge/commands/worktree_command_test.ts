import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { TwinMessage } from "../../../lib/demo/feishu_twin/twin_message.ts";
import { moveTo } from "../../../lib/bridge/places/move_to.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { tempDir } from "../../helpers.ts";
import { type RouterWorldOptions, startRouter } from "../start_router.ts";
import { gitRepository, runGit, write } from "../worktrees/git_repository.ts";

/** A bridge whose conversations begin in a repository. */
async function start(twin: Twin, options: RouterWorldOptions & { readonly cwd: string }) {
  const settings = { ...options.settings, cwd: options.cwd };
  const world = await startRouter(twin, { ...options, settings });
  /** Sends a text; resolves with the bot's next message. */
  const ask = async (text: string, chatId = twin.chat.id): Promise<TwinMessage> => {
    const shown = twin.botMessages(chatId).length;
    await world.receive(twin.say({ text, chat: chatId }));
    return await twin.until(() => twin.botMessages(chatId)[shown]);
  };
  const answer = async (text: string, chatId?: string) => twin.plain(await ask(text, chatId));
  /** Presses a button that stands for a command. */
  const press = async (card: TwinMessage, label: string): Promise<string> => {
    const value = twin.buttons(card.id).find((one) => one.label === label)?.value;
    return await world.router.clicked({
      ...Object(value),
      ...{ by: twin.user.openId, card: card.id, chatId: card.chatId },
    });
  };
  const record = async () => await world.store.conversation(twin.chat.id);
  return { ...world, world, ask, answer, press, record };
}

Deno.test("a conversation gets a worktree, merges it with what is not committed, and leaves it", async () => {
  await using repo = await gitRepository();
  await using twin = await startTwin();
  const cwd = join(repo.path, "sub");
  const { world, ask, answer, click, press, record } = await start(twin, { cwd });
  await using _ = world;
  await write(join(repo.path, "sub/b.txt"), "not committed\n");
  assertMatch(await answer("/worktree"), /on branch `main`[^]*\/worktree fix-login/);
  assertMatch(await answer("/worktree fix"), /new branch `fix`, from `main`[^]*: `sub\/b.txt`/);
  const path = join(repo.path, ".worktrees/fix");
  assertEquals((await record())?.directory, join(path, "sub"));
  assertMatch(await answer("/merge"), /`main` has everything of `fix` already/);
  await write(join(path, "new.txt"), "1\n");
  const card = await ask("/worktree");
  assertMatch(twin.plain(card), /On branch `fix`, from `main`[^]*Not committed: `new.txt`/);
  assertEquals(await press(card, "Merge"), "Got it.");
  await twin.until(() => /\/merge was chosen/.test(twin.plain(card)));
  const question = await twin.until(() =>
    twin.botMessages().find((one) => twin.plain(one).includes("Commit before merging?"))
  );
  assertMatch(twin.plain(question), /`new.txt`[^]*as “fix” and merged into `main`/);
  await click(question, "Commit and merge", twin.user.openId);
  await twin.until(() => twin.plain(question).includes("1 commit of fix merged into main"));
  assertEquals(await Deno.readTextFile(join(repo.path, "new.txt")), "1\n");
  assertEquals(await runGit(repo.path, "status", "--short"), "M sub/b.txt");
  await world.receive(twin.say({ text: "/worktree remove" }));
  await twin.until(() =>
    twin.botMessages().some((one) => /branch `fix` with it/.test(twin.plain(one)))
  );
  const { directory, worktree } = await record() ?? {};
  assertEquals([directory, worktree], [cwd, undefined]);
  assertEquals(await runGit(repo.path, "branch", "--format=%(refname:short)"), "main");
});

Deno.test("what would be lost is asked about, in the chat's language, and kept on the branch", async () => {
  await using repo = await gitRepository();
  await using twin = await startTwin();
  const { world, ask, answer, record } = await start(twin, { cwd: repo.path, language: "zh" });
  await using _ = world;
  assertMatch(await answer("/工作树 修复"), /已从 `main` 新建分支 `修复`/);
  const path = join(repo.path, ".worktrees/修复");
  await write(join(path, "a.txt"), "2\n");
  await write(join(path, "x.log"), "1\n");
  const card = await ask("/worktree remove");
  assertMatch(twin.plain(card), /移除工作树 修复？[^]*未提交：`a.txt`[^]*忽略[^]*删除[^]*`x.log`/);
  await world.receive(twin.say({ text: "不要" }));
  await twin.until(() => twin.plain(card).includes("保持原样"));
  const second = await ask("/worktree remove");
  await write(join(path, "b.txt"), "later\n");
  await world.receive(twin.say({ text: "好" }));
  await twin.until(() => twin.plain(second).includes("提问之后内容有变化"));
  assertEquals((await record())?.directory, path);
  const third = await ask("/worktree remove");
  await world.receive(twin.say({ text: "好" }));
  await twin.until(() => twin.plain(third).includes("分支 修复 仍保留"));
  assertEquals((await record())?.directory, repo.path);
  assertEquals(await runGit(repo.path, "show", "修复:b.txt"), "later");
  assertMatch(await answer("/worktree list"), /没有工作树的分支：`修复`/);
  assertMatch(await answer("/worktree 修复"), /已回到分支 `修复`/);
});

Deno.test("two topics cannot have one worktree; what one removes for both is said in the other", async () => {
  await using repo = await gitRepository();
  await using twin = await startTwin();
  const { world, store, answer } = await start(twin, { cwd: repo.path });
  await using _ = world;
  const group = twin.addGroup();
  assertMatch(await answer("/worktree one", group.id), /new branch `one`/);
  assertMatch(await answer("/worktree one"), /Another chat or topic works in `one` already/);
  assertMatch(
    await answer("/worktree list"),
    /`one`, from `main`: 0 commits ahead · another chat/,
  );
  const question = await answer("/worktree remove one");
  assertMatch(question, /Another chat works there, and would go on in/);
  await world.receive(twin.say({ text: "y" }));
  await twin.until(() =>
    twin.botMessages(group.id).some((one) => twin.plain(one).includes("was removed in another"))
  );
  assertEquals((await store.conversation(group.id))?.directory, repo.path);
});

Deno.test("a conversation that was moved for a removal that git refuses is moved back, and told so", async () => {
  await using repo = await gitRepository();
  await using twin = await startTwin();
  const { world, store, answer } = await start(twin, { cwd: repo.path });
  await using _ = world;
  const group = twin.addGroup();
  const path = join(repo.path, ".worktrees/one");
  await answer("/worktree one", group.id);
  await runGit(repo.path, "worktree", "lock", path);
  await answer("/worktree remove one");
  await world.receive(twin.say({ text: "y" }));
  await twin.until(() =>
    twin.botMessages(group.id).some((one) => twin.plain(one).includes("could not be removed"))
  );
  const { directory, worktree } = await store.conversation(group.id) ?? {};
  assertEquals([directory, worktree?.branch], [path, "one"]);
});

Deno.test("conflicts are handed to the agent by a button, and what is not in a worktree is not merged", async () => {
  await using repo = await gitRepository();
  await using twin = await startTwin();
  const { world, ask, answer, press, store } = await start(twin, { cwd: repo.path });
  await using _ = world;
  assertMatch(await answer("/merge"), /in no worktree that was begun by \/worktree/);
  await answer("/worktree fix");
  await repo.commit(join(repo.path, ".worktrees/fix"), "a.txt", "2\n");
  await repo.commit(repo.path, "a.txt", "3\n");
  const card = await ask("/merge");
  assertMatch(twin.plain(card), /Not merged; everything is as it was. Both `main`[^]*: `a.txt`/);
  await press(card, "Have the agent settle it");
  await twin.until(() => /\/merge resolve was chosen/.test(twin.plain(card)));
  const [turn] = await store.turns();
  assertMatch(turn?.text ?? "", /Merge the branch main into this branch here/);
});

Deno.test("in a worktree that somebody has removed nothing runs, and that is said", async () => {
  await using repo = await gitRepository();
  await using twin = await startTwin();
  const { world, answer, ask } = await start(twin, { cwd: repo.path });
  await using _ = world;
  await answer("/worktree fix");
  const path = join(repo.path, ".worktrees/fix");
  await runGit(repo.path, "worktree", "remove", path);
  const card = await ask("hello");
  await twin.until(() =>
    twin.plain(card).includes(`The directory ${path} does not exist any more`)
  );
  await world.receive(twin.say({ text: "/worktree" }));
  await twin.until(() =>
    twin.botMessages().some((one) => /^There is no directory/.test(twin.plain(one)))
  );
});

Deno.test("a removal that a crash has broken off goes on when it is asked for again", async () => {
  await using repo = await gitRepository();
  const path = join(repo.path, ".worktrees/fix");
  for (const isGone of [false, true]) {
    await using dir = await tempDir();
    await using twin = await startTwin();
    const options = { cwd: repo.path, dir: dir.path };
    {
      const { world, answer } = await start(twin, options);
      await using _ = world;
      await answer("/worktree fix");
    }
    {
      // The conversation had moved, and perhaps the files were removed.
      const { store } = await openStore(dir.path);
      await using _ = store;
      const record = await store.conversation(twin.chat.id);
      assert(record?.worktree);
      const moved = { ...moveTo(repo.path)(record), leaving: record.worktree };
      await store.commit({ conversation: moved });
      if (isGone) await runGit(repo.path, "worktree", "remove", path);
    }
    const { world, answer, record } = await start(twin, options);
    await using _ = world;
    assertMatch(await answer("/worktree remove"), /Worktree removed, and branch `fix` with it/);
    assertEquals((await record())?.leaving, undefined);
    assertEquals((await runGit(repo.path, "worktree", "list")).split("\n").length, 1);
    assertEquals(await runGit(repo.path, "branch", "--format=%(refname:short)"), "main");
    assertMatch(await answer("/worktree remove"), /in no worktree/);
  }
});

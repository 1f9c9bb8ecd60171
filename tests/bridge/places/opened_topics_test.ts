/** A request opens a topic, which goes on from where its group is. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { tempDir } from "../../helpers.ts";
import { startRouter } from "../start_router.ts";

Deno.test("a request opens a topic with what its group has, and commands are answered in the group", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  await using work = await tempDir();
  const group = twin.addGroup().id;
  const shown = () =>
    twin.botMessages(group).map((one) => [twin.plain(one), one.threadId] as const);
  let root = "";
  let key = "";
  {
    await using world = await startRouter(twin, { dir: dir.path });
    const say = async (text: string): Promise<string> => {
      const n = shown().length;
      const id = twin.say({ text, chat: group });
      await world.receive(id);
      await twin.until(() => shown().length > n);
      return id;
    };
    await say("/group");
    assertMatch(
      shown().at(-1)?.[0] ?? "",
      /answered in the group \(as the bridge's settings say\)/,
    );
    await say("/group reply Topic");
    assertMatch(shown().at(-1)?.[0] ?? "", /answered in a topic that it opens\./);
    await say("/settings");
    assertMatch(shown().at(-1)?.[0] ?? "", /`\/group` `reply topic`/);
    await say(`/cwd ${work.path}`);
    await say("/notify never");
    assert(shown().every(([, thread]) => thread === undefined));
    root = await say("build it");
    key = `${group}/${root}`;
    const placeholder = twin.botMessages(group).at(-1);
    assertEquals([placeholder?.rootId, placeholder?.threadId], [root, twin.message(root).threadId]);
    const record = await world.store.conversation(key);
    assertEquals([record?.directory, record?.threadId], [await Deno.realPath(work.path), root]);
    assertEquals(record?.preferences, { notify: "never" });
    const [turn] = await world.store.turns();
    assertEquals([turn?.conversation, turn?.id, turn?.text], [key, record?.knowsTopic, "build it"]);
    assertEquals((await world.store.marks.activity()).has(key), true);
    await say("/cancel");
    assertMatch(shown().at(-1)?.[0] ?? "", /Nothing is running\.\nRequests in this group run in/);
  }
  // It is still one that the bot has opened.
  await using world = await startRouter(twin, { dir: dir.path });
  await world.receive(twin.say({ text: "/cwd", chat: group, replyTo: root }), { threadId: root });
  await twin.until(() => shown().at(-1)?.[0].includes(work.path));
  assertEquals(shown().at(-1)?.[1], twin.message(root).threadId);
  assertEquals((await world.store.conversations()).map((one) => one.key).sort(), [group, key]);
});

Deno.test("a request takes along the files that wait in its group, and is told there what could not be read", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin, { group: "all", groupReply: "topic" });
  const group = twin.addGroup().id;
  const key = twin.upload("file", "log.txt", new TextEncoder().encode("boom"), "text/plain");
  const content = { file_key: key, file_name: "log.txt" };
  const file = twin.sendRaw({ type: "file", content, chat: group });
  const attachments = [{ kind: "file", key, name: "log.txt" }] as const;
  await world.receive(file, { type: "file", text: "", attachments });
  const got = await twin.until(() => twin.botMessages(group)[0]);
  assertMatch(twin.plain(got), /log\.txt/);
  const root = twin.say({ text: "what is wrong?", chat: group });
  await world.receive(root, { parentId: "om_gone" });
  await twin.until(() => twin.botMessages(group).length === 3);
  const [turn] = await world.store.turns();
  assertEquals(turn?.files?.map(({ name }) => name), ["log.txt"]);
  assertEquals((await world.store.conversation(group))?.files, undefined);
  const { threadId } = twin.message(root);
  const [, ...there] = twin.botMessages(group);
  assertEquals([got.threadId, ...there.map((one) => one.threadId)], [
    undefined,
    threadId,
    threadId,
  ]);
});

Deno.test("where no topic can be opened, the request is answered in the group", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin, { groupReply: "topic" });
  twin.faults.fail({ match: /^POST .*\/reply$/, status: 400, code: 230071 });
  const group = twin.addGroup().id;
  const root = twin.say({ text: "hello", chat: group });
  await world.receive(root);
  const answer = await twin.until(() => twin.botMessages(group)[0]);
  assertEquals([answer.replyTo, answer.threadId], [root, undefined]);
});

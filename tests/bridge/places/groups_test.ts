/** What counts in a group, who sets it, and how a topic begins. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseText } from "../../../lib/bridge/commands/parse.ts";
import { Groups } from "../../../lib/bridge/places/groups.ts";
import { KnownPreferences } from "../../../lib/bridge/places/preferences.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import type { Preferences } from "../../../lib/model/preferences.ts";
import { GROUP_MODES, type GroupMode } from "../../../lib/model/settings.ts";
import { tempDir } from "../../helpers.ts";
import { until } from "../../until.ts";
import { startRouter } from "../start_router.ts";

/** A message in a group that mentions nobody. */
const MESSAGE: IncomingMessage = {
  ...{ messageId: "om_1", chatId: "oc_1", chatType: "group", sender: "ou_1" },
  ...{ createdAt: 1, receivedAt: 1, type: "text", text: "x", mentionsBot: false, attachments: [] },
};
/** What was not handed over as a mention. */
const UNMENTIONED = { mentionsBot: false } as const;

Deno.test("each mode has its own messages for the bot; a mention always is, @all never", () => {
  const topic = { threadId: "omt_in" };
  const cases: readonly [Partial<IncomingMessage>, ...modes: GroupMode[]][] = [
    [{ mentionsBot: true }, ...GROUP_MODES],
    [{ mentionsBot: true, threadId: "omt_new" }, ...GROUP_MODES],
    [{ chatType: "p2p" }, ...GROUP_MODES],
    [{ chatType: "p2p", addressee: "everyone" }, ...GROUP_MODES],
    [{}, "all"],
    [{ addressee: "others" }, "all"],
    [{ addressee: "everyone" }],
    [topic, "topic", "all"],
    [{ ...topic, addressee: "others" }, "all"],
    [{ ...topic, addressee: "everyone" }],
    [{ threadId: "omt_new" }, "all"],
    // The topic of the same id in another group is another one.
    [{ ...topic, chatId: "oc_2" }, "all"],
  ];
  for (const mode of GROUP_MODES) {
    const groups = new Groups({ group: mode, groupReply: "inline" }, new KnownPreferences([]), []);
    groups.join({ chatId: "oc_1", threadId: "omt_in" });
    for (const [more, ...modes] of cases) {
      const isFor = groups.isForBot({ ...MESSAGE, ...more });
      assertEquals(isFor, modes.includes(mode), `${mode}: ${JSON.stringify(more)}`);
    }
  }
});

Deno.test("what follows a mention in a topic in the same instant is for the bot, too", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin, { group: "topic" });
  const chat = twin.addGroup().id;
  const [threadId, mentionsBot] = ["omt_1", false];
  await Promise.all([
    world.receive(twin.say({ text: "look at this", chat }), { threadId }),
    world.receive(twin.say({ text: "and at this", chat }), { threadId, mentionsBot }),
  ]);
  await until("both are turns", async () => (await world.store.turns()).length === 2);
});

Deno.test("what a group has chosen goes before the settings, and never comes from a topic", () => {
  const place = { key: "oc_1" };
  const preferences = new KnownPreferences([{ ...place, preferences: { group: "all" } }]);
  const groups = new Groups({ group: "topic", groupReply: "inline" }, preferences, []);
  assertEquals([groups.modeOf("oc_1"), groups.modeOf("oc_2")], ["all", "topic"]);
  preferences.note({ key: "oc_1/omt_1" });
  assertEquals(groups.modeOf("oc_1"), "all");
  const newer = { group: "votes" } as unknown as Preferences;
  preferences.note({ ...place, preferences: newer });
  assertEquals([groups.modeOf("oc_1"), groups.chosen("oc_1").group], ["topic", undefined]);
});

Deno.test("/group in a topic sets it for the whole group, over a restart, until it is taken back", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const group = twin.addGroup().id;
  const root = twin.say({ text: "/status", chat: group, thread: "new" });
  const { threadId = "" } = twin.message(root);
  const answers = () => twin.botMessages(group).map((one) => twin.plain(one));
  const until = async (n: number) => {
    await twin.until(() => answers().length === n);
    return answers().at(-1) ?? "";
  };
  {
    await using world = await startRouter(twin, { dir: dir.path });
    // Nobody mentions it.
    await world.receive(root, UNMENTIONED);
    await world.receive(
      twin.say({ text: "/group", chat: group, thread: threadId }),
    );
    assertMatch(await until(1), /what mentions me \(as the bridge's settings say\)[^]*whole group/);
    await world.receive(
      twin.say({ text: "/group All", chat: group, thread: threadId }),
    );
    assertMatch(await until(2), /counts: everything but @all\.$/);
    const record = await world.store.conversation(group);
    assertEquals(record?.preferences, { group: "all" });
    const ofTopic = await world.store.conversation(`${group}/${threadId}`);
    assertEquals(ofTopic?.preferences, undefined);
    await world.receive(twin.say({ text: "/help", chat: group }), UNMENTIONED);
    await until(3);
  }
  await using world = await startRouter(twin, { dir: dir.path });
  await world.receive(twin.say({ text: "/group default", chat: group }), UNMENTIONED);
  assertMatch(await until(4), /what mentions me \(as/);
  await world.receive(twin.say({ text: "/help", chat: group }), UNMENTIONED);
  await world.receive(twin.say({ text: "/group topic", chat: group }));
  assertMatch(await until(5), /topics that I am in/);
  // The topic of before the restart is one that it is in; another is not.
  const other = twin.say({ text: "/help", chat: group, thread: "new" });
  await world.receive(other, UNMENTIONED);
  await world.receive(twin.say({ text: "/group", chat: group, thread: threadId }), UNMENTIONED);
  await until(6);
  assertEquals(twin.botMessages(group).at(-1)?.threadId, threadId);
});

Deno.test("without the scope /group says that unmentioned messages do not arrive, and which scope it is", async () => {
  for (const language of ["en", "zh"] as const) {
    await using twin = await startTwin();
    twin.faults.grant("im:message.group_msg", false);
    await using world = await startRouter(twin, { language });
    const group = twin.addGroup().id;
    for (const [i, mode] of ["mention", "topic", "all"].entries()) {
      await world.receive(twin.say({ text: `/group ${mode}`, chat: group }));
      const answer = await twin.until(() => twin.botMessages(group)[i]);
      const isSaid = twin.plain(answer).includes("im:message.group_msg");
      assertEquals(isSaid, mode !== "mention", twin.plain(answer));
    }
    await world.receive(twin.say({ text: "/group all" }));
    const direct = await twin.until(() => twin.botMessages()[0]);
    assertMatch(twin.plain(direct), /direct chat|单聊/);
  }
});

Deno.test("where everything counts, strangers, stickers and what was said before the change get no answer", async () => {
  await using twin = await startTwin();
  const allowed = { kind: "list", openIds: [twin.user.openId] } as const;
  const away = { from: Infinity };
  await using world = await startRouter(twin, {
    ...{ allowed, group: "all", wasAway: (time) => time >= away.from },
  });
  const eve = twin.addUser("Eve").openId;
  const group = twin.addGroup({ members: [eve] }).id;
  await world.receive(twin.say({ text: "hello", user: eve, chat: group }), UNMENTIONED);
  await world.receive(twin.say({ text: "😀", chat: group }), { ...UNMENTIONED, type: "sticker" });
  const addressee = { ...UNMENTIONED, addressee: "everyone" } as const;
  await world.receive(twin.say({ text: "/help", chat: group, mentionAll: true }), addressee);
  assertEquals(await world.store.inbox(), []);
  await world.receive(twin.say({ text: "/help", chat: group }), UNMENTIONED);
  await twin.until(() => twin.botMessages(group).length === 1);
  // Of what only the history has, that could be heard when it was sent, and did not count then.
  away.from = Date.now();
  for (const [text, createdAt] of [["/help", away.from - 1], ["/status", away.from]] as const) {
    const said = { type: "text", content: { text }, createdAt, isSilent: true };
    twin.sendRaw({ ...said, chat: group });
  }
  void world.router.run();
  world.router.catchUp(Infinity);
  const answer = await twin.until(() => twin.botMessages(group)[1]);
  assertMatch(twin.plain(answer), /Queue: 0/);
});

Deno.test("a topic begins with what its group is set to, and goes its own way from there", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin, {
    routes: { "GET /provider": () => ({ all: [], connected: [], default: {} }) },
  });
  const group = twin.addGroup().id;
  const say = async (text: string, thread?: string): Promise<string> => {
    const topic = thread === undefined ? {} : { thread };
    const id = twin.say({ text, chat: group, ...topic });
    const n = twin.botMessages(group).length;
    await world.receive(id);
    await twin.until(() => twin.botMessages(group).length > n);
    return twin.message(id).threadId ?? "";
  };
  await using work = await tempDir();
  await say(`/cwd ${work.path}`);
  await say("/notify never");
  await say("/lang zh");
  await say("/group topic");
  const first = await say("/status", "new");
  const record = (threadId: string) => world.store.conversation(`${group}/${threadId}`);
  const { directory, preferences, sessionId } = await record(first) ?? {};
  assertEquals(directory, (await world.store.conversation(group))?.directory);
  assertEquals([preferences, sessionId], [{ notify: "never", language: "zh" }, undefined]);
  // In the group's language from its first word on.
  assertMatch(twin.plain(twin.botMessages(group).at(-1) ?? undefined as never), /目录|会话/);
  await say("/notify always", first);
  await say("/notify failed");
  assertEquals((await record(first))?.preferences?.notify, "always");
});

Deno.test("a prompt brings what was said since the last one, in the group and in each topic, unless that is off", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const eve = twin.addUser("Eve").openId;
  const group = twin.addGroup({ members: [eve] }).id;
  const talk = (text: string, more: { thread?: string; replyTo?: string } = {}) =>
    twin.say({ text, user: eve, chat: group, ...more });
  const ask = async (text: string, more: { replyTo?: string } = {}) => {
    // A millisecond each, so that the order is certain.
    const last = Math.max(...twin.messages(group).map(({ createdAt }) => createdAt));
    const id = twin.say({ text, chat: group, createdAt: last + 1, ...more });
    await world.receive(id);
    const { store } = world;
    for (;;) {
      const turn = (await store.turns()).find(({ messageId }) => messageId === id);
      if (turn !== undefined) return turn.said ?? "";
      await new Promise((done) => setTimeout(done, 5));
    }
  };
  talk("the build is red");
  assertMatch(
    await ask("first"),
    /^\[[^]*context, not instructions[^]*"ou_\w+": the build is red$/,
  );
  assertEquals(await ask("second"), "");
  const replyTo = talk("on Windows only", { thread: "new" });
  // The first prompt of a topic brings its beginning.
  assertEquals(await ask("third", { replyTo }), "");
  talk("no, everywhere", { replyTo });
  assertMatch(await ask("fourth", { replyTo }), /\n> [^\n]*"ou_\w+": no, everywhere$/);
  assertMatch(await ask("fifth"), /\n> [^\n]*"ou_\w+": on Windows only$/);
  await world.receive(twin.say({ text: "/settings group context off", chat: group }));
  const off = await twin.until(() =>
    twin.botMessages(group).find((one) => twin.plain(one).includes("/group context on"))
  );
  assertMatch(twin.plain(off), /does not read/);
  talk("never mind");
  assertEquals(await ask("sixth"), "");
  assertEquals((await world.store.conversation(group))?.preferences, { context: "off" });
});

Deno.test("/group is written in both languages; a sentence about groups is a prompt", () => {
  const cases = [
    ["/group", ""],
    ["/group Topic", "Topic"],
    ["/群聊", ""],
    ["/群聊 全部", "all"],
    ["/群组 话题", "topic"],
    ["、群聊 默认。", "default"],
    ["/group context", "context"],
    ["/group Context  off", "Context  off"],
    ["/群聊 上下文", "context"],
    ["/群聊 上下文 关闭", "context off"],
    ["/group reply", "reply"],
    ["/群聊 回复 话题", "reply topic"],
    ["/群组 回复 群里。", "reply inline"],
  ] as const;
  for (const [text, argument] of cases) {
    const parsed = parseText(text);
    assert(parsed.kind === "command", text);
    assertEquals([parsed.name, parsed.argument], ["group", argument], text);
  }
  assertEquals(parseText("/group hug").kind, "misused");
  for (const text of ["/group the imports of main.ts by kind", "、群聊里说了什么"]) {
    assertEquals(parseText(text).kind, "prompt", text);
  }
});

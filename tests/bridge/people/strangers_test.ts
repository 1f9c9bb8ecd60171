import { assertEquals, assertMatch } from "@std/assert";
import { UNASKED } from "../../../lib/bridge/people/allowance.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { newRow } from "../../../lib/model/ledger.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { tempDir } from "../../helpers.ts";
import { startRouter } from "../start_router.ts";

/** What a message has besides its ids and its text. */
const LATEST = {
  ...{ chatType: "group", type: "text", mentionsBot: true, attachments: [] } as const,
  ...{ createdAt: Date.now(), receivedAt: Date.now() },
};

Deno.test("a stranger is answered where they wrote: in the chat, or in their topic", async () => {
  await using twin = await startTwin();
  await using bridge = await startRouter(twin, { allowed: { kind: "list", openIds: [] } });
  const [eve = "", mallory = ""] = ["Eve", "Mallory"].map((name) => twin.addUser(name).openId);
  const group = twin.addGroup({ members: [eve] }).id;
  const topics = twin.addGroup({ mode: "topic", members: [mallory] }).id;
  const inTopic = twin.say({ text: "hello", user: mallory, chat: topics });
  await bridge.receive(twin.say({ text: "hello", user: eve, chat: group }));
  await bridge.receive(inTopic);
  for (const [chat, threadId] of [[group, undefined], [topics, twin.message(inTopic).threadId]]) {
    const line = await twin.until(() => twin.botMessages(chat)[0]);
    assertMatch(twin.plain(line), /may not use this bot/);
    assertEquals(line.threadId, threadId);
  }
});

Deno.test("strangers do not use up the calls: not by many accounts, wrong codes, open chats or restarts", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const people = Array.from({ length: 60 }, (_, i) => twin.addUser(`Eve ${i}`).openId);
  const chatOf = (openId: string) => twin.directChat(openId).id;
  const said = () => people.flatMap((one) => twin.botMessages(chatOf(one)));
  for (const some of [people.slice(0, 20), people.slice(20)]) {
    await using world = await startRouter(twin, { dir: dir.path, allowed: { kind: "pair" } });
    for (const by of some) {
      for (const text of ["hello", "hello", "00000000", "00000000"]) {
        await world.receive(twin.say({ text, user: by }));
        await world.router.arrived({ chatId: chatOf(by), chatType: "p2p", by });
      }
    }
    while (await world.store.undelivered() > 0) await new Promise((done) => setTimeout(done, 5));
    const warnings = world.log.lines.filter((line) => /WARN .*was turned away/.test(line));
    assertEquals(warnings.length, some.length * 4, "a line for each answer, and one more");
  }
  assertEquals(said().length, UNASKED.most);
  // The owner gets in all the same, and is told.
  await using world = await startRouter(twin, { dir: dir.path, allowed: { kind: "pair" } });
  const [, code = ""] = /pairing code: (\d{4} \d{4})/.exec(world.log.lines.join("\n")) ?? [];
  await world.receive(twin.say({ text: code }));
  await twin.until(() => twin.botMessages()[0]);
  assertEquals(twin.botMessages().map((one) => twin.plain(one)), [texts("en").paired]);
});

Deno.test("a pairing code counts as people type it, also right after the bot has asked for it", async () => {
  const spellings: ((code: string) => string)[] = [
    (code) => code,
    (code) => code.replace(" ", "-"),
    (code) => code.replace(" ", "  "),
    (code) => [...code.replace(" ", "")].join(" "),
    (code) => code.replaceAll(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  ];
  for (const spell of spellings) {
    await using twin = await startTwin();
    await using world = await startRouter(twin, { allowed: { kind: "pair" } });
    await world.receive(twin.say({ text: "hello" }));
    const [, code = ""] = /pairing code: (\d{4} \d{4})/.exec(world.log.lines.join("\n")) ?? [];
    await world.receive(twin.say({ text: spell(code) }));
    await twin.until(() => twin.botMessages().length === 2, { what: spell(code) });
    const { pairAsk, paired } = texts("en");
    assertEquals(twin.botMessages().map((one) => twin.plain(one)), [pairAsk, paired]);
  }
});

Deno.test("of somebody who may no longer use the bot, no waiting file reaches the agent, and no command runs", async () => {
  await using twin = await startTwin();
  const [ann = "", gus = ""] = ["Ann", "Gus"].map((name) => twin.addUser(name).openId);
  await using bridge = await startRouter(twin, { allowed: { kind: "list", openIds: [ann] } });
  const chat = twin.addGroup({ members: [ann, gus] }).id;
  const file = (name: string, sender?: string) => ({
    ...{ path: `/nowhere/${name}`, name, mime: "text/plain", bytes: 1 },
    ...(sender !== undefined && { sender }),
  });
  await bridge.store.commit({
    conversation: {
      ...{ key: chat, chatId: chat, chatType: "group", directory: "/tmp" },
      files: [file("hers.txt", ann), file("his.txt", gus), file("older.txt")],
    },
  });
  const queued = Promise.withResolvers<TurnRecord>();
  const { commit } = bridge.store;
  bridge.store.commit = async (changes) => {
    const [turn] = changes.turns ?? [];
    if (turn !== undefined) queued.resolve(turn);
    return await commit.call(bridge.store, changes);
  };
  // It was accepted before he was taken out.
  const his = twin.say({ text: "/cwd /", user: gus, chat });
  const message = { ...LATEST, messageId: his, chatId: chat, sender: gus, text: "/cwd /" };
  await bridge.store.accept(message);
  await bridge.router.resume();
  await bridge.receive(twin.say({ text: "go", user: ann, chat }));
  const { files = [] } = await queued.promise;
  assertEquals(files.map(({ name }) => name), ["hers.txt", "older.txt"]);
  assertEquals((await bridge.store.conversation(chat))?.directory, "/tmp");
  assertEquals(await bridge.store.isInInbox(his), false);
});

for (const hasTurn of [false, true]) {
  Deno.test(`an agent's card whose turn is no longer stored is closed at the start (${hasTurn ? "with" : "without"} a queued prompt)`, async () => {
    await using twin = await startTwin();
    await using bridge = await startRouter(twin);
    const key = twin.chat.id;
    const slot = { uuid: "card", target: { chatId: key }, mode: "card" } as const;
    const button = { label: "Once", value: { ask: "per_1" } };
    const view = { status: "waiting", title: "Permission: bash", buttons: [button] } as const;
    const row = { ...newRow(key, slot, view, "per_1"), keep: true };
    const turn: TurnRecord = {
      ...{ id: "t", conversation: key, text: "next", messageId: "", sender: twin.user.openId },
      createdAt: Date.now(),
      slot: { ...slot, uuid: "turn" },
      state: { kind: "queued" },
    };
    const conversation = { key, chatId: key, chatType: "p2p", directory: "/tmp" } as const;
    await bridge.store.commit({ conversation, rows: [row], turns: hasTurn ? [turn] : [] });
    await bridge.router.resume();
    const card = await twin.until(() =>
      twin.botMessages().find((one) => /Permission: bash[^]*turn is over/.test(twin.plain(one)))
    );
    assertEquals(twin.buttons(card.id), []);
  });
}

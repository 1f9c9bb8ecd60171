import { assertEquals, assertMatch } from "@std/assert";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { newRow } from "../../lib/model/ledger.ts";
import type { TurnRecord } from "../../lib/model/turn.ts";
import { startRouter } from "./start_router.ts";

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
      ...{ key: chat, chatId: chat, chatType: "group", directory: "/work" },
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
  assertEquals((await bridge.store.conversation(chat))?.directory, "/work");
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
    const conversation = { key, chatId: key, chatType: "p2p", directory: "/work" } as const;
    await bridge.store.commit({ conversation, rows: [row], turns: hasTurn ? [turn] : [] });
    await bridge.router.resume();
    const card = await twin.until(() =>
      twin.botMessages().find((one) => /Permission: bash[^]*turn is over/.test(twin.plain(one)))
    );
    assertEquals(twin.buttons(card.id), []);
  });
}

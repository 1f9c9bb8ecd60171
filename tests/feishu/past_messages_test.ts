import { assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../lib/base/errors.ts";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { readPast } from "../../lib/feishu/connection/read_past.ts";
import type { PastMessage } from "../../lib/model/past_message.ts";
import type { IncomingMessage } from "../../lib/model/message.ts";
import { startMessenger } from "./start_messenger.ts";

const ours = (time: number) => time;
const reader = { bot: "ou_bot", appId: "cli_1", ours };
const item = (msg_type: string, content: unknown, more = {}) => ({
  message_id: "om_1",
  msg_type,
  create_time: "1700000000000",
  sender: { id: "ou_alice", id_type: "open_id", sender_type: "user" },
  body: { content: typeof content === "string" ? content : JSON.stringify(content) },
  ...more,
});
const one = (...args: Parameters<typeof item>) => readPast([item(...args)], reader)[0];
const said = (message: PastMessage | undefined) => message && [message.text, message.attachments];

Deno.test("a message of any type says something: its text, its file, or what it is", () => {
  assertEquals(said(one("text", { text: "hello" })), ["hello", []]);
  assertEquals(said(one("post", { content: [[{ tag: "text", text: "hi" }]] })), ["hi", []]);
  const recording = { kind: "audio", key: "file_1", durationMs: 7 } as const;
  assertEquals(said(one("audio", { file_key: "file_1", duration: 7 })), ["", [recording]]);
  for (const type of ["file", "media"]) {
    const content = { file_key: "file_1", image_key: "img_1", duration: 7 };
    assertEquals(said(one(type, content)), ["", [{ kind: "file", key: "file_1" }]]);
  }
  const others: [type: string, content: unknown, text: string][] = [
    ["sticker", { file_key: "file_1" }, "[sticker]"],
    ["location", { name: "Office", latitude: "1", longitude: "2" }, "[location: Office]"],
    ["share_chat", { chat_id: "oc_1" }, "[shared chat: oc_1]"],
    ["share_user", { user_id: "ou_2" }, "[shared contact: ou_2]"],
    [
      "todo",
      { summary: { title: "Ship", content: [[{ tag: "text", text: "it" }]] } },
      "[task: Ship; it]",
    ],
    ["vote", { topic: "Lunch", options: ["A", "B"] }, "[vote: Lunch; A; B]"],
    ["video_chat", { topic: "Sync", start_time: "1" }, "[video meeting: Sync]"],
    ["hongbao", { text: "[红包]" }, "[red packet: [红包]]"],
    [
      "system",
      { template: "{from_user} invited {to}", from_user: ["A"], to: ["B", "C"] },
      "[system: A invited B, C]",
    ],
    ...["calendar", "general_calendar", "share_calendar_event"].map((type) =>
      [
        ...[type, { summary: "Standup", start_time: "1", end_time: "2" }],
        type === "calendar" ? "[calendar: Standup]" : "[calendar event: Standup]",
      ] as [string, unknown, string]
    ),
    ["system", { divider_text: { text: "New talk" } }, "[system: New talk]"],
    ["system", { params: { divider_text: { text: "New talk" } } }, "[system: New talk]"],
    ["something_new", {}, "[something_new]"],
    ["folder", "no JSON", "[folder]"],
    ["", "", "[message]"],
  ];
  for (const [type, content, text] of others) assertEquals(said(one(type, content)), [text, []]);
});

Deno.test("authors are known by name if anybody mentions them, and this bot by its app", () => {
  const mentions = [{ key: "@_user_1", id: "ou_alice", id_type: "open_id", name: "Alice" }];
  const items = [
    item("text", { text: "a" }),
    item("text", { text: "@_user_1" }, { message_id: "om_2", mentions, sender: { id: "cli_1" } }),
    item("text", { text: "c" }, { message_id: "om_3", sender: { id: "cli_2" } }),
  ];
  assertEquals(readPast(items, reader).map(({ author }) => author), [
    { id: "ou_alice", name: "Alice" },
    { id: "cli_1", isThisBot: true },
    { id: "cli_2" },
  ]);
});

Deno.test("recalled messages say so, and odd items break nothing", () => {
  assertEquals(one("text", "", { deleted: true, body: undefined })?.missing, "recalled");
  const { text, missing } = one("merge_forward", "Merged and Forwarded Message") ?? {};
  assertEquals([text, missing], ["[forwarded chat]", "unreadable"]);
  const circle = [
    item("merge_forward", "", { message_id: "om_1", upper_message_id: "om_2" }),
    item("merge_forward", "", { message_id: "om_2", upper_message_id: "om_1" }),
  ];
  assertEquals(readPast(circle, reader), []);
  for (const odd of [null, 7, [], {}, { upper_message_id: 7 }]) readPast([odd], reader);
});

/** A generator of numbers below 1 that gives the same ones each time. */
function seeded(seed: number): () => number {
  return () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
}

Deno.test("no stored message, however odd, makes reading throw", () => {
  const random = seeded(7);
  const pick = <T>(values: readonly T[]): T | undefined =>
    values[Math.floor(random() * values.length)];
  const keys = [
    ...["tag", "text", "content", "elements", "header", "title", "body", "columns", "rows", "i18n"],
    ...["user_dsl", "json_card", "property", "content_v2", "file_key", "image_key", "href", "key"],
    ...["user_id", "name", "alt", "fields", "summary", "options", "template", "upper_message_id"],
    ...["message_id", "msg_type", "sender", "mentions", "deleted", "create_time", "id"],
  ];
  const words = [
    ...["", "md", "text", "at", "a", "img", "table", "markdown", "post", "interactive", "om_1"],
    ...["merge_forward", "{", '{"elements":[[null]]}', "@_user_1", "![x](img_1)", "<at id=a></at>"],
    ...["[a](http://a)", "&#99999999;", "\ud800"],
  ];
  const value = (depth: number): unknown => {
    const kind = random();
    if (depth > 5 || kind < 0.35) return pick(words);
    if (kind < 0.45) return pick([null, true, 7, -1, 1e400]);
    const parts = Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
    return kind < 0.65 ? parts : Object.fromEntries(parts.map((part) => [pick(keys) ?? "", part]));
  };
  for (let i = 0; i < 5_000; i++) {
    const type = pick(["post", "interactive", "text", "system", "todo", "file", "merge_forward"]);
    const body = { content: JSON.stringify(value(0)) };
    readPast(
      [item(type ?? "", "", { body, mentions: value(3), sender: value(3) }), value(0)],
      reader,
    );
  }
});

/** Somebody's file, and a group. */
function startGroup(twin: Twin) {
  const key = twin.upload("file", "a.txt", new Uint8Array([1]), "text/plain");
  const group = twin.addGroup();
  const send = (type: string, content: unknown) => twin.sendRaw({ type, content, chat: group.id });
  return { key, group, send };
}

Deno.test("a forwarded chat is a tree, whose files load with the id of the outermost message only", async () => {
  await using twin = await startTwin();
  const { messenger, signal } = startMessenger(twin);
  const { key, group, send } = startGroup(twin);
  const first = [
    twin.say({ text: "one", chat: group.id }),
    send("file", { file_key: key, file_name: "a.txt" }),
  ];
  const inner = twin.forward(first, { chat: group.id });
  const id = twin.forward([inner, twin.say({ text: "two", chat: group.id })]);
  const read = await messenger.readMessage(id, signal);
  assertEquals([read.type, read.text], ["merge_forward", ""]);
  assertEquals(read.forwards.map(({ type, text }) => [type, text]), [
    ["merge_forward", ""],
    ["text", "two"],
  ]);
  const inside = read.forwards[0]?.forwards ?? [];
  assertEquals(inside.map(said), [["one", []], ["", [{ kind: "file", key, name: "a.txt" }]]]);
  const dir = await Deno.makeTempDir();
  const file = { kind: "file", key } as const;
  const mayWrite = () => Promise.resolve(true);
  assertEquals((await messenger.download(id, file, `${dir}/a`, mayWrite, signal)).bytes, 1);
  const child = inside[1]?.messageId ?? "";
  const refused = await assertRejects(
    () => messenger.download(child, file, `${dir}/b`, mayWrite, signal),
    ApiError,
  );
  assertEquals(refused.code, 234043);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a card is read whole: ours, and one that was forwarded", async () => {
  await using twin = await startTwin();
  const { messenger, message, signal } = startMessenger(twin);
  const shown = message();
  await shown.show({ status: "done", text: "The *answer* is `<42>`." });
  const id = shown.slot.messageId ?? "";
  const own = await messenger.readMessage(id, signal);
  assertEquals(own.author.isThisBot, true);
  assertEquals(own.text.includes("The *answer* is `<42>`."), true, own.text);
  const forwarded = await messenger.readMessage(twin.forward([id]), signal);
  assertEquals([forwarded.text, forwarded.author.id], [own.text, twin.user.openId]);
});

Deno.test("a topic is read from its first message to the one before the message", async () => {
  await using twin = await startTwin();
  const { messenger, signal } = startMessenger(twin);
  const { group } = startGroup(twin);
  const rootId = twin.say({ text: "root", chat: group.id, createdAt: twin.clock.now() - 9_000 });
  const say = (text: string, ageMs: number) =>
    twin.say({ text, replyTo: rootId, thread: "new", createdAt: twin.clock.now() - ageMs });
  say("between", 8_000);
  const messageId = say("@bot what now?", 5_000);
  say("later", 0);
  const { threadId = "" } = twin.message(messageId);
  const message: IncomingMessage = {
    ...{ messageId, chatId: group.id, chatType: "group", threadId, rootId, sender: "ou_1" },
    createdAt: messenger.clock.ours(twin.message(messageId).createdAt),
    ...{ receivedAt: 1, type: "text", text: "what now?", mentionsBot: true, attachments: [] },
  };
  const topic = await messenger.readTopic(message, signal);
  assertEquals(topic.messages.map(({ text }) => text), ["root", "between"]);
  assertEquals(topic.hasGap, false);
  for (let i = 0; i < 60; i++) say(`talk ${i}`, 7_000 - i);
  const long = await messenger.readTopic(message, signal);
  const texts = long.messages.map(({ text }) => text);
  assertEquals([texts[0], texts.at(-1), long.hasGap], ["root", "talk 59", true]);
  assertEquals(new Set(texts).size, texts.length);
});

for (const code of [undefined, 230011, 230110, 231003]) {
  Deno.test(`a message that was recalled (${code ?? "without content"}) is known as such`, async () => {
    await using twin = await startTwin();
    const { messenger, signal } = startMessenger(twin);
    const id = twin.say({ text: "never mind" });
    assertEquals(await messenger.isRecalled(id, signal), false);
    if (code === undefined) twin.recall(id);
    else twin.faults.fail({ match: /GET .*messages/, status: 400, code, times: 2 });
    assertEquals(await messenger.isRecalled(id, signal), true);
    const { messageId, missing, text } = await messenger.readMessage(id, signal);
    assertEquals([messageId, missing, text], [id, "recalled", "[recalled message]"]);
  });
}

Deno.test("a message that cannot be read is not taken for recalled", async () => {
  await using twin = await startTwin();
  const { messenger, signal } = startMessenger(twin);
  const id = twin.say({ text: "still there" });
  for (const [status, code] of [[400, 230002], [400, 230050], [503, 2200]] as const) {
    twin.faults.fail({ match: /GET .*messages/, status, code, times: 2 });
    await assertRejects(() => messenger.isRecalled(id, signal), ApiError);
    await assertRejects(() => messenger.readMessage(id, signal), ApiError);
  }
});

Deno.test("without the scope for messages of groups its name is known, and direct chats are read", async () => {
  await using twin = await startTwin();
  const { messenger, signal } = startMessenger(twin);
  const { group } = startGroup(twin);
  const id = twin.say({ text: "in the group", chat: group.id });
  twin.faults.grant("im:message.group_msg", false);
  const error = await assertRejects(() => messenger.readMessage(id, signal), ApiError);
  assertEquals(error.code, 230027);
  assertEquals(messenger.missingScope(error, { chatType: "group" }), "im:message.group_msg");
  assertEquals(messenger.missingScope(error, { chatType: "p2p" }), undefined);
  const direct = twin.say({ text: "direct" });
  assertEquals((await messenger.readMessage(direct, signal)).text, "direct");
  twin.faults.fail({
    ...{ match: /GET .*messages/, status: 400, code: 99991672 },
    msg:
      "Access denied. One of the following scopes is required: [im:message:readonly, im:message].",
  });
  const denied = await assertRejects(() => messenger.readMessage(direct, signal), ApiError);
  assertEquals(messenger.missingScope(denied, { chatType: "p2p" }), "im:message:readonly");
  assertEquals(messenger.missingScope(new Error("x"), { chatType: "p2p" }), undefined);
});

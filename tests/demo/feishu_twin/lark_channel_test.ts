/** The official SDK's own bot, `LarkChannel`, talks to the twin unchanged. */
import { Buffer } from "node:buffer";
import * as lark from "@larksuiteoapi/node-sdk";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { object } from "../../../lib/base/json.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { card } from "./client.ts";

const silence = () => {};
const logger = { error: silence, warn: silence, info: silence, debug: silence, trace: silence };
const markdown = (content: string) => card([{ tag: "markdown", content }]);

/** A bot that is connected; it hands on messages without waiting for more of them. */
async function bot(twin: Twin, outbound: lark.OutboundConfig = {}) {
  const { id: appId, secret: appSecret } = twin.app;
  const channel = new lark.LarkChannel({
    ...{ appId, appSecret, domain: twin.url, logger, outbound },
    safety: { batch: { text: { delayMs: 0 } } },
  });
  await channel.connect();
  const stop = async () => {
    await channel.disconnect();
    await twin.until(() => twin.connections() === 0, { what: "the channel to leave" });
  };
  return { channel, [Symbol.asyncDispose]: stop };
}

/** The paths and codes of the refused calls. */
function refused(twin: Twin) {
  return twin.requests.filter(({ status }) => status !== 200).map(({ path, code }) => [path, code]);
}

/** The endings of the paths that were called. */
function called(twin: Twin): string[] {
  return twin.requests.map(({ method, path }) => {
    const name = path.split("/").filter((part) => /^[a-z]+$/.test(part)).at(-1);
    return `${method} ${name}`;
  });
}

Deno.test("the SDK's own bot receives a text, and answers with text, Markdown and a card", async () => {
  await using twin = await startTwin();
  await using one = await bot(twin);
  const { channel } = one;
  assertEquals(channel.botIdentity, { openId: twin.app.openId, name: twin.app.name });
  const heard = Promise.withResolvers<lark.NormalizedMessage>();
  channel.on("message", heard.resolve);
  const question = twin.say({ text: "hello" });
  const { messageId, chatId, chatType, senderId, content } = await heard.promise;
  assertEquals([messageId, chatId, chatType], [question, twin.chat.id, "p2p"]);
  assertEquals([senderId, content], [twin.user.openId, "hello"]);

  await channel.send(chatId, { text: "a text" }, { replyTo: messageId });
  await channel.send(chatId, { markdown: "# one\n\n- two" }, { replyTo: messageId });
  const sent = await channel.send(senderId, { card: markdown("a card") });
  assertEquals(twin.botMessages().map(({ type, replyTo }) => [type, replyTo]), [
    ["text", question],
    ["post", question],
    ["interactive", undefined],
  ]);
  await channel.updateCard(sent.messageId, markdown("patched"));
  assertEquals(twin.botMessages().map((message) => twin.plain(message)), [
    "a text",
    "#### one\n\n- two",
    "patched",
  ]);
  assertEquals(refused(twin), []);
});

Deno.test("the SDK's own bot edits, reacts, recalls, asks for the chat, and recommends", async () => {
  await using twin = await startTwin({ limits: { perChat: 100 } });
  await using one = await bot(twin);
  const { channel } = one;
  const question = twin.say({ text: "hello" });
  const { messageId } = await channel.send(twin.chat.id, { text: "first" });
  await channel.editMessage(messageId, "second");
  assertEquals(twin.plain(twin.message(messageId)), "second");
  const reaction = await channel.addReaction(question, "OnIt");
  await channel.removeReaction(question, reaction);
  await channel.addReaction(question, "DONE");
  assert(await channel.removeReactionByEmoji(question, "DONE"));
  assertEquals(twin.message(question).reactions, []);
  assertEquals(await channel.getChatMode(twin.chat.id), "p2p");
  const team = twin.addGroup({ name: "Team" });
  assertEquals((await channel.getChatInfo(team.id)).name, "Team");
  await channel.send(twin.chat.id, { shareChat: { chatId: team.id } });
  await channel.send(twin.chat.id, { shareUser: { userId: twin.user.openId } });
  assertEquals(refused(twin), []);
  await channel.recallMessage(messageId);
  assert(twin.message(messageId).recalled);
  await assertRejects(() => channel.send(twin.chat.id, { shareChat: { chatId: "oc_none" } }));
  await assertRejects(() => channel.send(twin.chat.id, { shareUser: { userId: "ou_none" } }));
});

Deno.test("the SDK's own bot gets back the files that it uploaded, and nobody else's", async () => {
  await using twin = await startTwin();
  await using one = await bot(twin);
  const { channel } = one;
  const source = Buffer.from("words");
  await channel.send(twin.chat.id, { file: { source, fileName: "a.md" } });
  const key = String(object(twin.botMessages()[0]?.content).file_key);
  assertEquals(await channel.downloadResource(key, "file"), source);
  const theirs = twin.upload("file", "b.md", source, "text/plain");
  await assertRejects(() => channel.downloadResource(theirs, "file"));
  assertEquals(twin.requests.at(-1)?.code, 234008);
  const client = channel.rawClient.im.v1.message;
  await assertRejects(() =>
    client.create({
      params: { receive_id_type: "chat_id" },
      data: {
        ...{ receive_id: twin.chat.id, msg_type: "file" },
        content: JSON.stringify({ file_key: theirs }),
      },
    })
  );
  assertEquals(twin.requests.at(-1)?.code, 230017);
});

Deno.test("the SDK's own bot streams an answer into a card of CardKit, and ends it", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using one = await bot(twin, { streamThrottleMs: 1, streamThrottleChars: 1 });
  const question = twin.say({ text: "hello" });
  const seen: string[] = [];
  const { messageId } = await one.channel.stream(twin.chat.id, {
    markdown: async (stream) => {
      for (const word of ["one", " two", " three"]) {
        await stream.append(word);
        const shown = () => twin.plain(twin.message(stream.messageId));
        seen.push(await twin.until(() => shown().endsWith(word) && shown()));
      }
    },
  }, { replyTo: question });
  assertEquals(seen, ["one", "one two", "one two three"]);
  const { replyTo, content } = twin.message(messageId);
  const { streaming_mode, summary } = object(object(content).config);
  assertEquals([replyTo, streaming_mode, summary], [question, false, { content: "one two three" }]);
  const inOrder = ["POST cards", "POST reply", "PUT content", "PATCH settings"];
  assertEquals([...new Set(called(twin))].slice(-4), inOrder);
  assertEquals(refused(twin), []);
});

Deno.test("a stream that is too long for one card of the SDK's own bot goes on in others", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using one = await bot(twin, { streamMaxElementChars: 100 });
  const words = Array.from({ length: 30 }, (_, n) => `word${n}`).join("\n");
  await one.channel.stream(twin.chat.id, { markdown: (stream) => stream.setContent(words) });
  const shown = twin.botMessages().map((message) => twin.plain(message));
  assert(shown.length > 1 && shown.every((text) => text.length <= 100), shown.join("\n"));
  assertEquals(shown.join(" ").match(/word\d+/g)?.length, 30);
  assertEquals(refused(twin), []);
});

Deno.test("the SDK's own bot grows a card by patching it", async () => {
  await using twin = await startTwin();
  await using one = await bot(twin, { streamThrottleMs: 1 });
  const { messageId } = await one.channel.stream(twin.chat.id, {
    card: { initial: markdown("one"), producer: (stream) => stream.update(markdown("two")) },
  });
  assertEquals(twin.plain(twin.message(messageId)), "two");
  assertEquals(twin.message(messageId).edits.length, 1);
});

Deno.test("a click reaches the SDK's own bot with all that it reads of it", async () => {
  await using twin = await startTwin();
  await using one = await bot(twin);
  const { channel } = one;
  const clicked = Promise.withResolvers<lark.CardActionEvent>();
  channel.on("cardAction", clicked.resolve);
  const button = {
    ...{ tag: "button", text: { tag: "plain_text", content: "Yes" } },
    behaviors: [{ type: "callback", value: { answer: "yes" } }],
  };
  const { messageId } = await channel.send(twin.chat.id, { card: card([button]) });
  const result = await twin.click({ messageId, label: "Yes" });
  assertEquals(result, { code: 200 });
  const { chatId, operator, action, ...event } = await clicked.promise;
  assertEquals([event.messageId, chatId, operator.openId], [
    messageId,
    twin.chat.id,
    twin.user.openId,
  ]);
  assertEquals([action.tag, action.value], ["button", { answer: "yes" }]);
});

import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { object } from "../../../lib/base/json.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { IMAGES } from "./images.ts";
import { card, connect, sdkClient } from "./client.ts";

Deno.test("the official SDK connects, receives a message and acknowledges it", async () => {
  await using twin = await startTwin();
  const got: unknown[] = [];
  using _link = await connect(twin, { "im.message.receive_v1": (data) => void got.push(data) });
  const id = twin.say({ text: "hello" });
  const ack = await twin.until(() => twin.acks.find((ack) => ack.messageId === id));
  assertEquals([ack.code, ack.attempt, got.length], [200, 1, 1]);
  const { message, sender } = object(got[0]);
  assertEquals(object(message).message_id, id);
  assertEquals(object(message).content, '{"text":"hello"}');
  assertEquals(object(message).chat_type, "p2p");
  assertEquals(object(object(sender).sender_id).open_id, twin.user.openId);
});

Deno.test("the official SDK sends, replies, edits, patches, reacts, reads and recalls", async () => {
  await using twin = await startTwin();
  const { message, messageReaction } = sdkClient(twin).im.v1;
  const question = twin.say({ text: "question" });
  const text = await message.create({
    params: { receive_id_type: "open_id" },
    data: { receive_id: twin.user.openId, msg_type: "text", content: '{"text":"one"}' },
  });
  const path = { message_id: text.data?.message_id ?? "" };
  await message.update({ path, data: { msg_type: "text", content: '{"text":"two"}' } });
  const reply = await message.reply({
    path: { message_id: question },
    data: {
      msg_type: "interactive",
      content: JSON.stringify(card([{ tag: "markdown", content: "three" }])),
    },
  });
  const cardPath = { message_id: reply.data?.message_id ?? "" };
  const content = JSON.stringify(card([{ tag: "markdown", content: "four" }]));
  await message.patch({ path: cardPath, data: { content } });
  const data = { reaction_type: { emoji_type: "OnIt" } };
  const reaction = await messageReaction.create({ path: { message_id: question }, data });
  assertEquals(twin.message(question).reactions.map(({ emoji }) => emoji), ["OnIt"]);
  const reactionPath = { message_id: question, reaction_id: reaction.data?.reaction_id ?? "" };
  await messageReaction.delete({ path: reactionPath });
  assertEquals(twin.message(question).reactions, []);

  assertEquals(twin.botMessages().map((sent) => [twin.plain(sent), sent.edits.length]), [
    ["two", 1],
    ["four", 1],
  ]);
  assertEquals(twin.message(cardPath.message_id).replyTo, question);
  const history = await message.list({
    params: { container_id_type: "chat", container_id: twin.chat.id, page_size: 2 },
  });
  assertEquals(history.data?.items?.map((item) => item.message_id), [question, path.message_id]);
  assertEquals(history.data?.has_more, true);
  await message.delete({ path });
  assert(twin.message(path.message_id).recalled);
  const refused = message.reply({ path, data: { msg_type: "text", content: '{"text":"x"}' } });
  await assertRejects(() => refused);
  assertEquals(twin.requests.at(-1)?.code, 230011);
});

Deno.test("the official SDK makes a card, sends it, types into it and closes it", async () => {
  await using twin = await startTwin({ cardkit: true });
  const client = sdkClient(twin);
  const { card: cards, cardElement } = client.cardkit.v1;
  const made = (content: string) =>
    JSON.stringify(card([{ tag: "markdown", element_id: "answer", content }]));
  const created = await cards.create({ data: { type: "card_json", data: made("a") } });
  const card_id = created.data?.card_id ?? "";
  await client.im.v1.message.create({
    params: { receive_id_type: "chat_id" },
    data: {
      receive_id: twin.chat.id,
      msg_type: "interactive",
      content: JSON.stringify({ type: "card", data: { card_id } }),
      uuid: "once",
    },
  });
  const seen = () => twin.botMessages().map((message) => twin.plain(message));
  const settings = (streaming_mode: boolean) => JSON.stringify({ config: { streaming_mode } });
  const path = { card_id };
  await cards.settings({ path, data: { settings: settings(true), sequence: 1 } });
  const elementPath = { card_id, element_id: "answer" };
  await cardElement.content({ path: elementPath, data: { content: "ab", sequence: 2 } });
  assertEquals(seen(), ["ab"]);
  await cards.settings({ path, data: { settings: settings(false), sequence: 3 } });
  await cards.update({
    path,
    data: { card: { type: "card_json", data: made("whole") }, sequence: 4 },
  });
  assertEquals(seen(), ["whole"]);
  assertEquals(twin.requests.filter(({ code }) => code !== 0), []);
});

Deno.test("the official SDK uploads and downloads", async () => {
  await using twin = await startTwin();
  const { image, file, message, messageResource } = sdkClient(twin).im.v1;
  const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
  // The twin looks at the header.
  bytes.set(IMAGES.png?.(7, 7) ?? []);
  const buffer = Buffer.from(bytes);
  const picture = await image.create({ data: { image_type: "message", image: buffer } });
  assertEquals(twin.file(picture?.image_key ?? "")?.bytes, bytes);
  const sent = await file.create({
    data: { file_type: "stream", file_name: "报告.md", file: buffer },
  });
  const key = sent?.file_key ?? "";
  assertEquals(twin.file(key)?.bytes, bytes);
  assertEquals(twin.file(key)?.name, "报告.md");
  const mine = twin.upload("image", "a.png", bytes, "image/png");
  const id = twin.sendRaw({ type: "image", content: { image_key: mine } });
  const got = await messageResource.get({
    path: { message_id: id, file_key: mine },
    params: { type: "image" },
  });
  const chunks: Buffer[] = [];
  for await (const chunk of got.getReadableStream()) chunks.push(chunk);
  assertEquals(new Uint8Array(Buffer.concat(chunks)), bytes);
  const answer = await message.create({
    params: { receive_id_type: "chat_id" },
    data: {
      receive_id: twin.chat.id,
      msg_type: "file",
      content: JSON.stringify({ file_key: key }),
    },
  });
  assertEquals(answer.code, 0);
});

Deno.test("a click brings back the toast and the card of the handler", async () => {
  await using twin = await startTwin();
  const clicks: unknown[] = [];
  using _link = await connect(twin, {
    "card.action.trigger": (data) => {
      clicks.push(object(object(data).action).value);
      return {
        toast: { type: "success", content: "Thanks" },
        card: { type: "raw", data: card([{ tag: "markdown", content: "answered" }]) },
      };
    },
  });
  const button = {
    tag: "button",
    text: { tag: "plain_text", content: "Yes" },
    behaviors: [{ type: "callback", value: { answer: "yes" } }],
  };
  const sent = await sdkClient(twin).im.v1.message.create({
    params: { receive_id_type: "chat_id" },
    data: {
      receive_id: twin.chat.id,
      msg_type: "interactive",
      content: JSON.stringify(card([button])),
    },
  });
  const messageId = sent.data?.message_id ?? "";
  assertEquals(twin.buttons(messageId).map(({ label }) => label), ["Yes"]);
  const result = await twin.click({ messageId, label: "Yes" });
  assertEquals(clicks, [{ answer: "yes" }]);
  assertEquals(result.toast, { type: "success", content: "Thanks" });
  assertEquals(twin.plain(twin.message(messageId)), "answered");
});

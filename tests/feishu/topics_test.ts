/** A topic that the bridge has opened is called by its first message, whatever Feishu calls it. */
import { assertEquals } from "@std/assert";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { openedTopic } from "../../lib/model/place.ts";
import { laterBy } from "../later_by.ts";
import { startMessenger } from "./start_messenger.ts";

const DONE = { status: "plain", text: "done" } as const;

Deno.test("a topic that was opened is read under the name of its first message, by another run of the program too", async () => {
  await using twin = await startTwin();
  const chatId = twin.addGroup().id;
  const quoted = twin.say({ text: "it is red", chat: chatId });
  // A quote has a root of its own, which is not that of the topic.
  const root = twin.say({ text: "why?", chat: chatId, replyTo: quoted });
  const topic = openedTopic(chatId, root);
  const isOpened = ({ threadId }: { readonly threadId: string }) => threadId === root;
  const world = startMessenger(twin, { isOpened });
  const read = async ({ messenger, signal }: typeof world, place: typeof topic | undefined) => {
    const all = { chatId, chatType: "group" } as const;
    const { messages, topics } = await messenger.history(place ?? all, { since: 0 }, signal);
    return [messages.map((one) => [one.text, one.threadId]), topics.map(({ id }) => id)];
  };
  assertEquals(await read(world, topic), [[], []]);
  const target = { chatId, replyTo: root, threadId: root };
  const message = world.message(world.messenger.slot(target));
  await message.show(DONE);
  twin.say({ text: "and now?", chat: chatId, replyTo: message.slot.messageId ?? "" });
  const other = twin.say({ text: "else", chat: chatId, thread: "new" });
  for (const run of [world, startMessenger(twin, { isOpened })]) {
    assertEquals(await read(run, topic), [[["and now?", root], ["why?", root]], []]);
    const { threadId = "" } = twin.message(other);
    const topics = [threadId, root];
    assertEquals((await read(run, undefined))[1], topics);
  }
});

Deno.test("an answer that opened a topic and was not confirmed is found there", async () => {
  await using twin = await startTwin();
  const chatId = twin.addGroup().id;
  const root = twin.say({ text: "why?", chat: chatId });
  const world = startMessenger(twin, { own: {} });
  const message = world.message(world.messenger.slot({ chatId, replyTo: root, threadId: root }));
  twin.faults.fail({ match: /\/reply$/, loseAnswer: true });
  await message.show(DONE).catch(() => {});
  using _later = laterBy(3_600_000);
  await message.show(DONE);
  assertEquals(twin.botMessages(chatId).map(({ id }) => id), [message.slot.messageId]);
});

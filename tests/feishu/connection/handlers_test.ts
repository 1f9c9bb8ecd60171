import { assert, assertEquals, assertRejects } from "@std/assert";
import { eventHandlers } from "../../../lib/feishu/connection/handlers.ts";
import type { Arrival } from "../../../lib/model/chat_events.ts";
import type { Click, IncomingMessage } from "../../../lib/model/message.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { memoryLog } from "../../helpers.ts";

const en = texts("en");
const BOT = "ou_bot";
/** How far Feishu's clock is ahead in these tests, in milliseconds. */
const AHEAD_MS = 5_000;

/** Handlers, and all that they hand over. */
function handlers(openId: () => Promise<string> = () => Promise.resolve(BOT)) {
  const messages: IncomingMessage[] = [];
  const recalls: string[] = [];
  const clicks: Click[] = [];
  const answers: [messageId: string, answered: Promise<unknown>][] = [];
  const arrivals: Arrival[] = [];
  const log = memoryLog();
  let lookups = 0;
  const byType = eventHandlers({
    message: (message) => Promise.resolve(void messages.push(message)),
    recalled: (chatId, messageId) => Promise.resolve(void recalls.push(`${chatId} ${messageId}`)),
    arrived: (arrival) => Promise.resolve(void arrivals.push(arrival)),
    clicked: (click) => Promise.resolve(`${clicks.push(click)}`),
  }, {
    bot: {
      openId: () => {
        lookups++;
        return openId();
      },
    },
    chat: {
      clock: { ours: (time) => time - AHEAD_MS },
      named: (message) => message,
      clicked: (messageId, answered) => answers.push([messageId, answered]),
    },
    texts: en,
    log,
  });
  const hand = async (type: string, event: unknown) => await byType[type]?.(event);
  return {
    hand,
    messages,
    recalls,
    clicks,
    answers,
    arrivals,
    log,
    lookups: () => lookups,
    types: Object.keys(byType),
  };
}

const RECEIVE = "im.message.receive_v1";
const said = (text: string, more: Record<string, unknown> = {}) => ({
  sender: { sender_id: { open_id: "ou_alice" }, sender_type: "user" },
  message: {
    message_id: "om_1",
    chat_id: "oc_1",
    chat_type: "p2p",
    create_time: "1700000000000",
    message_type: "text",
    content: JSON.stringify({ text }),
    ...more,
  },
});
const mentions = [{ key: "@_user_1", id: { open_id: BOT }, name: "Bot" }];

Deno.test("a message is handed over on our clock, and no two with the same time", async () => {
  const { hand, messages, lookups } = handlers();
  await Promise.all([1, 2, 3].map((n) => hand(RECEIVE, said(`${n}`, { message_id: `om_${n}` }))));
  assertEquals(messages.map(({ text }) => text), ["1", "2", "3"]);
  assertEquals(messages[0]?.createdAt, 1_700_000_000_000 - AHEAD_MS);
  const times = messages.map(({ receivedAt }) => receivedAt);
  assertEquals([times.toSorted((a, b) => a - b), new Set(times).size], [times, 3]);
  assertEquals(lookups(), 0);
});

Deno.test("the bot's identity is looked up in groups, and where somebody is mentioned", async () => {
  const { hand, messages, lookups } = handlers();
  await hand(RECEIVE, said("@_user_1 hi", { chat_type: "group", mentions }));
  await hand(RECEIVE, said("hi", { chat_type: "group" }));
  await hand(RECEIVE, said("@_user_1 hi", { mentions }));
  assertEquals(messages.map(({ text }) => text), ["hi", "hi", "hi"]);
  assertEquals(messages.map(({ mentionsBot }) => mentionsBot), [true, false, true]);
  assertEquals(lookups(), 3);
});

Deno.test("a group message is not acknowledged while nobody knows who the bot is", async () => {
  const { hand, messages } = handlers(() => new Promise(() => {}));
  await hand(RECEIVE, said("hi"));
  const began = performance.now();
  await assertRejects(() => hand(RECEIVE, said("hi", { chat_type: "group" })));
  assert(performance.now() - began < 3_000);
  assertEquals(messages.length, 1);
});

Deno.test("while Feishu refuses to tell who the bot is, direct chats go on and groups wait, which is said", async () => {
  const { hand, messages, log } = handlers(() => Promise.reject(new Error("no bot")));
  await hand(RECEIVE, said("hi"));
  await assertRejects(() => hand(RECEIVE, said("@_user_1 hi", { chat_type: "group", mentions })));
  assertEquals(messages.map(({ text }) => text), ["hi"]);
  assertEquals(log.lines.filter((line) => line.endsWith("who the bot is: no bot")).length, 1);
});

Deno.test("while nobody knows who the bot is, what calls it in a direct chat is read as ever", async () => {
  const { hand, messages } = handlers(() => Promise.reject(new Error("no bot")));
  const marked = (type: string) => mentions.map((one) => ({ ...one, mentioned_type: type }));
  const post = [[{ tag: "at", user_id: "@_user_1" }, { tag: "text", text: " /status" }]];
  const cases: [text: string, mentions: unknown, read: string][] = [
    ["@_user_1 /status", mentions, "/status"],
    ["@_user_1 /status", marked("bot"), "/status"],
    ["@_user_1 stop", marked("bot"), "stop"],
    ["@_user_1 wrote this", marked("user"), "@Bot wrote this"],
    ["/rename for @_user_1", mentions, "/rename for @Bot"],
  ];
  for (const [text, mentions] of cases) await hand(RECEIVE, said(text, { mentions }));
  const content = JSON.stringify({ title: "", content: post });
  await hand(RECEIVE, said("", { message_type: "post", content, mentions }));
  assertEquals(messages.map(({ text }) => text), [...cases.map(([, , read]) => read), "/status"]);
});

Deno.test("messages that no person wrote, and broken events, are acknowledged and dropped", async () => {
  const { hand, messages, recalls } = handlers();
  for (const event of [null, {}, { ...said("x"), sender: { sender_type: "app" } }]) {
    await hand(RECEIVE, event);
    await hand("im.message.recalled_v1", event);
  }
  assertEquals([messages, recalls], [[], []]);
});

Deno.test("a message without content, recalled before its event, is a recall", async () => {
  const { hand, messages, recalls } = handlers();
  await hand(RECEIVE, said("", { content: "" }));
  assertEquals([messages, recalls], [[], ["oc_1 om_1"]]);
});

Deno.test("a recall and a click are handed over; the click's line is a toast", async () => {
  const { hand, recalls, clicks, answers } = handlers();
  await hand("im.message.recalled_v1", { chat_id: "oc_1", message_id: "om_1" });
  assertEquals(recalls, ["oc_1 om_1"]);
  const value = { conversation: "oc_1", ask: "a1", step: 2, choice: "once" };
  const answer = await hand("card.action.trigger", {
    operator: { open_id: "ou_alice" },
    action: { value },
    context: { open_message_id: "om_7", open_chat_id: "oc_1" },
  });
  assertEquals(clicks, [{ ...value, by: "ou_alice", chatId: "oc_1" }]);
  assertEquals(answer, { toast: { type: "info", content: "1" } });
  // The message is left alone until the answer is on its way.
  assertEquals(await Promise.all(answers.flat()), ["om_7", "1"]);
  const over = { toast: { type: "info", content: en.askOver } };
  const press = {
    conversation: "oc_1",
    offer: "o1",
    command: "cancel",
    argument: "all",
    turn: "t",
    owner: "o",
  };
  await hand("card.action.trigger", {
    operator: { open_id: "ou_alice" },
    action: { value: press },
    context: { open_message_id: "om_card" },
  });
  assertEquals(clicks[1], { ...press, card: "om_card", by: "ou_alice" });
  // What is chosen from a list.
  await hand("card.action.trigger", {
    operator: { open_id: "ou_alice" },
    action: { tag: "select_static", value: { ...press, argument: "" }, option: "a/b" },
    context: { open_message_id: "om_card" },
  });
  assertEquals(clicks[2], { ...press, argument: "a/b", card: "om_card", by: "ou_alice" });
  assertEquals(await hand("card.action.trigger", { action: {} }), over);
});

Deno.test("a click in the old form says the same, and a click without a chat or message is read", async () => {
  const { hand, clicks } = handlers();
  const by = "ou_alice";
  const answer = { conversation: "oc_1", ask: "a1", step: 0, choice: "once" };
  const press = { conversation: "oc_1", offer: "o1", command: "cancel", argument: "", owner: "o" };
  const where = { open_id: by, open_message_id: "om_card", open_chat_id: "oc_1" };
  for (const value of [answer, press]) {
    await hand("card.action.trigger", { ...where, action: { value, tag: "button" } });
    await hand("card.action.trigger", { operator: { open_id: by }, action: { value } });
  }
  assertEquals(clicks, [
    { ...answer, by, chatId: "oc_1" },
    { ...answer, by },
    { ...press, card: "om_card", by, chatId: "oc_1" },
    { ...press, card: "", by },
  ]);
});

Deno.test("events of people who open the chat or add the bot to a group are handed over", async () => {
  const { hand, arrivals } = handlers();
  const event = { chat_id: "oc_1", operator_id: { open_id: "ou_alice" } };
  await hand("im.chat.access_event.bot_p2p_chat_entered_v1", event);
  await hand("im.chat.member.bot.added_v1", event);
  for (const broken of [null, {}, { chat_id: "oc_1" }]) {
    await hand("im.chat.access_event.bot_p2p_chat_entered_v1", broken);
    await hand("im.chat.member.bot.added_v1", broken);
  }
  assertEquals(arrivals, [
    { chatId: "oc_1", chatType: "p2p", by: "ou_alice" },
    { chatId: "oc_1", chatType: "group", by: "ou_alice" },
  ]);
});

Deno.test("events that are not needed have a handler, so that the SDK does not complain", async () => {
  const { hand, types } = handlers();
  const unneeded = types.filter((type) => /reaction|read_v1|bot\.deleted/.test(type));
  assertEquals(unneeded.length, 4);
  for (const type of unneeded) assertEquals(await hand(type, {}), undefined);
});

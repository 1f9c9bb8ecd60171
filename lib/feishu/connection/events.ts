/**
 * Feishu's events and stored messages as plain values. Pure: nothing here talks to anybody.
 * Shapes: Feishu's pages of `im.message.receive_v1` and im/v1 message, and what the SDK's converters read.
 */
import { type JsonObject, list, need, object, parser, string } from "../../base/json.ts";
import type { Arrival } from "../../model/chat_events.ts";
import type { AskClick, Click, IncomingMessage, Press } from "../../model/message.ts";
import { messageTime } from "../message_time.ts";
import { readContent } from "./content.ts";
import { openId, readJson, stringOrEmpty } from "./fields.ts";

/** Whether messages of a `message_type` can be read. */
export function isSupported(type: string): boolean {
  return ["text", "post", "image", "file", "audio", "merge_forward", "interactive"].includes(type);
}

/**
 * Reads an `im.message.receive_v1` event, in the flat form in which the SDK hands it over.
 *
 * @param bot The bot's own `open_id`. Its mentions are removed from the text.
 * @param ours This machine's time at a time of Feishu's; both in milliseconds since 1970.
 * @returns `undefined` for broken events, for messages that no person wrote, and for those without content
 * (see {@linkcode parseEmptied}).
 */
export function parseMessageEvent(
  event: unknown,
  bot: string | undefined,
  receivedAt: number,
  ours: (time: number) => number = (time) => time,
): IncomingMessage | undefined {
  const { message: rawMessage, sender: rawSender } = object(event);
  const message = object(rawMessage);
  const { sender_id: senderId, sender_type: senderType = "user" } = object(rawSender);
  const messageId = stringOrEmpty(message.message_id);
  const chatId = stringOrEmpty(message.chat_id);
  const sender = openId(senderId);
  if (messageId === "" || chatId === "" || sender === "" || senderType !== "user") return undefined;
  if (isEmpty(message.content)) return undefined;
  const type = stringOrEmpty(message.message_type);
  const created = messageTime(message.create_time);
  const threadId = stringOrEmpty(message.thread_id);
  const quoted = stringOrEmpty(message.parent_id);
  const rootId = threadId === "" ? "" : stringOrEmpty(message.root_id);
  // In a topic, every message has the one that began it as its parent.
  const parentId = rootId !== "" && quoted === rootId ? "" : quoted;
  const { text, mentions, attachments } = readContent(
    type,
    readJson(message.content),
    message.mentions,
    bot,
  );
  const mentionsBot = bot !== undefined && mentions.includes(bot);
  const addressee = mentionsBot ? undefined : addresseeOf(message);
  return {
    messageId,
    chatId,
    chatType: message.chat_type === "p2p" ? "p2p" : "group",
    ...(threadId && { threadId }),
    ...(parentId && { parentId }),
    ...(rootId && { rootId }),
    sender,
    createdAt: created > 0 ? ours(created) : receivedAt,
    receivedAt,
    type,
    text,
    mentionsBot,
    ...(addressee && { addressee }),
    // What cannot be read is not taken at all.
    attachments: isSupported(type) ? attachments : [],
  };
}

/** `@all` in the content of a text or a post (Feishu's page of message contents). */
const EVERYONE = /@_all\b|"user_id"\s*:\s*"all"/;

/** Whom a message is for that does not mention the bot. */
function addresseeOf({ content, mentions }: JsonObject): IncomingMessage["addressee"] {
  if (EVERYONE.test(stringOrEmpty(content))) return "everyone";
  return list(mentions, (mention) => mention).length > 0 ? "others" : undefined;
}

/** Every message has a content in JSON. */
function isEmpty(content: unknown): boolean {
  return stringOrEmpty(content).trim() === "";
}

/**
 * Reads an `im.message.receive_v1` event of a message that was recalled before Feishu sent the event: then its
 * content is empty (seen in practice).
 */
export function parseEmptied(event: unknown): ReturnType<typeof parseRecall> {
  const { message } = object(event);
  return isEmpty(object(message).content) ? parseRecall(message) : undefined;
}

/**
 * Whom the message of an `im.message.receive_v1` event in a direct chat calls at its beginning, by `open_id`: the bot,
 * as nobody else is there; empty for a person, and where nobody is called. Feishu marks a mention of a bot (seen in
 * practice); one without a mark may be the bot's too.
 *
 * @param text The message's text, with the names of those whom it mentions.
 */
export function calledBot(event: unknown, text: string): string {
  const { mentions } = object(object(event).message);
  const [called = ""] = list(mentions, (mention) => {
    const { id, name, mentioned_type: type } = object(mention);
    const isCalled = text.startsWith(`@${stringOrEmpty(name) || openId(id)}`);
    return isCalled && type !== "user" ? openId(id) : undefined;
  });
  return called;
}

/** Whether the message of an `im.message.receive_v1` event mentions a person or a bot by name. */
export function hasMentions(event: unknown): boolean {
  const { mentions } = object(object(event).message);
  return list(mentions, (mention) => openId(object(mention).id) || undefined).length > 0;
}

/**
 * Reads an entry of a chat's history (Feishu's page of im/v1 message list), which has the fields of an
 * event under other names. Parameters as with {@linkcode parseMessageEvent}.
 *
 * @returns `undefined` also for a message that was recalled.
 */
export function parseListedMessage(
  item: unknown,
  chatType: IncomingMessage["chatType"],
  bot: string | undefined,
  receivedAt: number,
  ours: (time: number) => number,
): IncomingMessage | undefined {
  const message = object(item);
  if (message.deleted === true) return undefined;
  const { id, sender_type } = object(message.sender);
  const event = {
    sender: { sender_id: id, sender_type },
    message: {
      ...message,
      chat_type: chatType,
      message_type: message.msg_type,
      content: object(message.body).content,
    },
  };
  return parseMessageEvent(event, bot, receivedAt, ours);
}

/** The id of an entry of a history, if it is a person's message that was recalled. */
export function recalledId(item: unknown): string | undefined {
  const { deleted, sender, message_id: id } = object(item);
  return deleted === true && object(sender).sender_type === "user" ? string(id) : undefined;
}

/** A topic in the history of its chat. */
export interface ListedTopic {
  readonly id: string;
  /** The id of its first message, and when that was sent (ms since 1970 on Feishu's clock). */
  readonly first: string;
  readonly beganAt: number;
}

/** The topic that an entry of a chat's history begins. */
export function topicOf(item: unknown): ListedTopic | undefined {
  const { thread_id: id, message_id: first, create_time } = object(item);
  if (!id) return undefined;
  return { id: stringOrEmpty(id), first: stringOrEmpty(first), beganAt: messageTime(create_time) };
}

/** Whether a stored message was recalled, from the items of `GET im/v1/messages/:id`. */
export function isDeleted(items: readonly unknown[]): boolean {
  return items.some((item) => object(item).deleted === true);
}

/** Reads an `im.message.recalled_v1` event. */
export const parseRecall = parser(({ chat_id, message_id }) => ({
  chatId: need(string(chat_id)),
  messageId: need(string(message_id)),
}));

/**
 * The id of the message whose card a `card.action.trigger` callback is about; empty if it is not named. In the old
 * form of the callback it stands on top, as the chat and the person do (Feishu's page of the old card callback).
 */
export function clickedMessage(event: unknown): string {
  const { context, open_message_id: old } = object(event);
  return stringOrEmpty(object(context).open_message_id) || stringOrEmpty(old);
}

/** The `open_id` of the person who used a card. */
function clicker({ operator, open_id: old }: JsonObject): string | undefined {
  return openId(operator) || stringOrEmpty(old) || undefined;
}

/** Reads an `im.chat.access_event.bot_p2p_chat_entered_v1` event. */
export const parseChatOpened = parser(({ chat_id, operator_id }): Arrival => ({
  chatId: need(string(chat_id)),
  chatType: "p2p",
  by: need(openId(operator_id) || undefined),
}));

/** Reads an `im.chat.member.bot.added_v1` event. */
export const parseJoined = parser(({ chat_id, operator_id }): Arrival => ({
  chatId: need(string(chat_id)),
  chatType: "group",
  by: need(openId(operator_id) || undefined),
}));

/** Reads a `card.action.trigger` callback. It returns the value that we gave to the button. */
export function parseClick(event: unknown): Click | undefined {
  const { context, open_chat_id: old } = object(event);
  const chatId = stringOrEmpty(object(context).open_chat_id) || stringOrEmpty(old);
  const click = parsePress(event) ?? parseAskClick(event);
  return click && { ...click, ...(chatId && { chatId }) };
}

const parseAskClick: (event: unknown) => AskClick | undefined = parser((event) => {
  const { conversation, ask, step, choice } = object(object(event.action).value);
  return {
    conversation: stringOrEmpty(conversation),
    ask: need(string(ask)),
    step: Number(step),
    choice: stringOrEmpty(choice),
    by: need(clicker(event)),
  };
});

/** Feishu's page of card callbacks: what was chosen from a list comes as `action.option`. */
const parsePress: (event: unknown) => Press | undefined = parser((event) => {
  const { value, option } = object(event.action);
  const { conversation, offer, command, argument, turn, owner } = object(value);
  const about = string(turn);
  return {
    conversation: need(string(conversation)),
    offer: need(string(offer)),
    command: need(string(command)),
    argument: string(option) ?? stringOrEmpty(argument),
    ...(about !== undefined && { turn: about }),
    card: clickedMessage(event),
    owner: stringOrEmpty(owner),
    by: need(clicker(event)),
  };
});

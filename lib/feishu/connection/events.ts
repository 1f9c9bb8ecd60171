/**
 * Feishu's message events as plain values. Pure: nothing here talks to anybody.
 * Shapes: Feishu's page of `im.message.receive_v1` and what the SDK's own converters read.
 */
import { need, object, type Parsed, parser, string } from "../../base/json.ts";
import { type Content, openId, readContent, readJson, text } from "./content.ts";

/** A message that somebody wrote to the bot. */
export interface Incoming extends Content {
  readonly messageId: string;
  readonly chatId: string;
  readonly chatType: "p2p" | "group";
  /** The topic, in chats that have them. */
  readonly threadId?: string;
  /** The message that this one quotes; not the one that began its topic. */
  readonly parentId?: string;
  /** The sender's `open_id`. */
  readonly sender: string;
  /** When it was sent, in milliseconds since 1970; `receivedAt` when the event does not say. */
  readonly createdAt: number;
  /** When it reached us, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Feishu's `message_type`. */
  readonly type: string;
  /** Nobody has to expect any more that it is run: it was sent while the bridge was away. */
  readonly missed?: true;
}

/** Whether a `message_type` can be given to the agent; the others get a polite line. */
export function isSupported(type: string): boolean {
  return ["text", "post", "image", "file", "merge_forward"].includes(type);
}

/**
 * Reads an `im.message.receive_v1` event, in the flat form in which the SDK hands it over.
 *
 * @param bot The bot's own `open_id`, whose mentions are removed from the text.
 * @param ours What this machine's clock shows at a time of Feishu's; both in milliseconds since 1970.
 * @returns `undefined` for what is no message of a person: broken events, and messages of apps.
 */
export function parseMessageEvent(
  event: unknown,
  bot: string | undefined,
  receivedAt: number,
  ours: (time: number) => number = (time) => time,
): Incoming | undefined {
  const { message: rawMessage, sender: rawSender } = object(event);
  const message = object(rawMessage);
  const { sender_id: senderId, sender_type: senderType = "user" } = object(rawSender);
  const messageId = text(message.message_id);
  const chatId = text(message.chat_id);
  const sender = openId(senderId);
  if (messageId === "" || chatId === "" || sender === "" || senderType !== "user") return undefined;
  const type = text(message.message_type);
  const created = Number(message.create_time);
  const threadId = text(message.thread_id);
  const quoted = text(message.parent_id);
  const parentId = threadId !== "" && quoted === text(message.root_id) ? "" : quoted;
  return {
    messageId,
    chatId,
    chatType: message.chat_type === "p2p" ? "p2p" : "group",
    ...(threadId && { threadId }),
    ...(parentId && { parentId }),
    sender,
    createdAt: created > 0 ? ours(created) : receivedAt,
    receivedAt,
    type,
    ...readContent(type, readJson(message.content), message.mentions, bot),
  };
}

/**
 * Reads an entry of a chat's history (Feishu's page of im/v1 message list), which has the same fields
 * under other names.
 *
 * @param ours As with {@linkcode parseMessageEvent}.
 */
export function parseListedMessage(
  item: unknown,
  chatType: Incoming["chatType"],
  bot: string | undefined,
  receivedAt: number,
  ours: (time: number) => number,
): Incoming | undefined {
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

/** What Feishu gives instead of a card's content (its page of message get). */
const CARD_PLACEHOLDER = /请升级至最新版本客户端|please upgrade/i;

/**
 * The text of a stored message, as `GET im/v1/messages/:id` gives it: the message itself, or the
 * messages inside of a merged and forwarded one. Empty when there is nothing to read.
 */
export function readStored(items: readonly unknown[], bot: string | undefined): string {
  const messages = items.map(object);
  const inside = messages.filter((item) => text(item.upper_message_id) !== "");
  const lines = (inside.length > 0 ? inside : messages).map((item) => {
    const content = readJson(object(item.body).content);
    const type = text(item.msg_type);
    // A card's elements come in the shape of a post's.
    const read = type === "interactive"
      ? readContent("post", { content: content.elements }, item.mentions, bot)
      : readContent(type, content, item.mentions, bot);
    const line = read.text || (read.attachments.length > 0 ? `[${type}]` : "");
    return CARD_PLACEHOLDER.test(line) ? "" : line;
  });
  return lines.filter((line) => line !== "").join("\n\n");
}

/** Whether a stored message, as `GET im/v1/messages/:id` gives it, was recalled. */
export function isDeleted(items: readonly unknown[]): boolean {
  return items.some((item) => object(item).deleted === true);
}

/** Reads an `im.message.recalled_v1` event. */
export const parseRecall = parser(({ chat_id, message_id }) => ({
  chatId: need(string(chat_id)),
  messageId: need(string(message_id)),
}));

/** Reads a `card.action.trigger` callback: what we put into the button's value comes back. */
export const parseClick = parser(({ operator, action }) => {
  const { conversation, ask, step, choice } = object(object(action).value);
  return {
    conversation: text(conversation),
    ask: need(string(ask)),
    step: Number(step),
    choice: text(choice),
    by: need(openId(operator) || undefined),
  };
});

/** A click of one of our buttons, and who clicked. */
export type ClickEvent = Parsed<typeof parseClick>;

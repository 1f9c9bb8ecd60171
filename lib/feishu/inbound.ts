/**
 * Feishu's message events as plain values. Pure: nothing here talks to anybody.
 * Shapes: Feishu's page of `im.message.receive_v1` and what the SDK's own converters read.
 */
import { type JsonObject, object } from "../json.ts";
import { type Attachment, openId, readContent, readJson, readMentions, text } from "./content.ts";

/** A message that somebody wrote to the bot. */
export interface Incoming {
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
  /** What the person said, mentions resolved, the bot's own removed; empty for what is not text. */
  readonly text: string;
  /** `open_id`s of the mentioned people and bots; `@all` is not among them. */
  readonly mentions: readonly string[];
  readonly attachments: readonly Attachment[];
  /** Nobody has to expect any more that it is run: it was sent while the bridge was away. */
  readonly missed?: true;
}

/** Types whose text or attachments we understand; the others get a polite line. */
const SUPPORTED = new Set(["text", "post", "image", "file", "merge_forward"]);

/** Whether a `message_type` can be given to the agent. */
export function isSupported(type: string): boolean {
  return SUPPORTED.has(type);
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
  const sender = object(rawSender);
  return parseMessage({
    message,
    sender: sender.sender_id,
    senderType: sender.sender_type,
    chatType: message.chat_type === "p2p" ? "p2p" : "group",
    type: message.message_type,
    content: message.content,
    bot,
    receivedAt,
    ours,
  });
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
  const sender = object(message.sender);
  if (message.deleted === true) return undefined;
  return parseMessage({
    message,
    sender: sender.id,
    senderType: sender.sender_type,
    chatType,
    type: message.msg_type,
    content: object(message.body).content,
    bot,
    receivedAt,
    ours,
  });
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
    const mentions = readMentions(item.mentions);
    const type = text(item.msg_type);
    const post = type === "interactive" ? { content: content.elements } : content;
    const read = readContent(type === "interactive" ? "post" : type, post, mentions, bot);
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
export function parseRecall(event: unknown): { chatId: string; messageId: string } | undefined {
  const recalled = object(event);
  const chatId = text(recalled.chat_id);
  const messageId = text(recalled.message_id);
  return chatId === "" || messageId === "" ? undefined : { chatId, messageId };
}

/** A click of one of our buttons, and who clicked. */
export interface ClickEvent {
  readonly conversation: string;
  readonly ask: string;
  readonly step: number;
  readonly choice: string;
  readonly by: string;
}

/** Reads a `card.action.trigger` callback: what we put into the button's value comes back. */
export function parseClick(event: unknown): ClickEvent | undefined {
  const { operator, action } = object(event);
  const { conversation, ask, step, choice } = object(object(action).value);
  const click = {
    conversation: text(conversation),
    ask: text(ask),
    step: Number(step),
    choice: text(choice),
    by: openId(operator),
  };
  return click.ask === "" || click.by === "" || !Number.isInteger(click.step) ? undefined : click;
}

interface RawMessage {
  readonly message: JsonObject;
  /** An id, or an object with one. */
  readonly sender: unknown;
  readonly senderType: unknown;
  readonly chatType: Incoming["chatType"];
  readonly type: unknown;
  readonly content: unknown;
  readonly bot: string | undefined;
  readonly receivedAt: number;
  readonly ours: (time: number) => number;
}

function parseMessage(raw: RawMessage): Incoming | undefined {
  const { message, chatType, bot, receivedAt } = raw;
  const messageId = text(message.message_id);
  const chatId = text(message.chat_id);
  const sender = openId(raw.sender);
  if (messageId === "" || chatId === "" || sender === "") return undefined;
  if (raw.senderType !== undefined && raw.senderType !== "user") return undefined;
  const mentions = readMentions(message.mentions);
  const type = text(raw.type);
  const created = Number(message.create_time);
  const threadId = text(message.thread_id);
  const quoted = text(message.parent_id);
  const parentId = threadId !== "" && quoted === text(message.root_id) ? "" : quoted;
  return {
    messageId,
    chatId,
    chatType,
    ...(threadId === "" ? {} : { threadId }),
    ...(parentId === "" ? {} : { parentId }),
    sender,
    createdAt: Number.isFinite(created) && created > 0 ? raw.ours(created) : receivedAt,
    receivedAt,
    type,
    mentions: mentions.map((mention) => mention.openId).filter((id) => id !== ""),
    ...readContent(type, readJson(raw.content), mentions, bot),
  };
}

/**
 * Feishu's message events as plain values. Pure: nothing here talks to anybody.
 * Shapes: Feishu's page of `im.message.receive_v1` and what the SDK's own converters read.
 */

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
}

/** A picture or file that travels with a message. */
export interface Attachment {
  readonly kind: "image" | "file";
  /** Feishu's `image_key` or `file_key`. */
  readonly key: string;
  readonly name?: string;
}

/** Types whose text or attachments we understand; the others get a polite line. */
const SUPPORTED = new Set(["text", "post", "image", "file", "merge_forward"]);

/** Whether a `message_type` can be given to the agent. */
export function isSupported(type: string): boolean {
  return SUPPORTED.has(type);
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

interface Mention {
  readonly key: string;
  readonly openId: string;
  readonly name: string;
}

/**
 * Reads an `im.message.receive_v1` event, in the flat form in which the SDK hands it over.
 *
 * @param bot The bot's own `open_id`, whose mentions are removed from the text.
 * @returns `undefined` for what is no message of a person: broken events, and messages of apps.
 */
export function parseMessageEvent(
  event: unknown,
  bot: string | undefined,
  receivedAt: number,
): Incoming | undefined {
  const { message: rawMessage, sender: rawSender } = fields(event);
  const message = fields(rawMessage);
  const sender = fields(rawSender);
  return parseMessage({
    message,
    sender: sender["sender_id"],
    senderType: sender["sender_type"],
    chatType: message["chat_type"] === "p2p" ? "p2p" : "group",
    type: message["message_type"],
    content: message["content"],
    bot,
    receivedAt,
  });
}

/**
 * Reads an entry of a chat's history (Feishu's page of im/v1 message list), which has the same fields
 * under other names.
 */
export function parseListedMessage(
  item: unknown,
  chatType: Incoming["chatType"],
  bot: string | undefined,
  receivedAt: number,
): Incoming | undefined {
  const message = fields(item);
  const sender = fields(message["sender"]);
  if (message["deleted"] === true) return undefined;
  return parseMessage({
    message,
    sender: sender["id"],
    senderType: sender["sender_type"],
    chatType,
    type: message["msg_type"],
    content: fields(message["body"])["content"],
    bot,
    receivedAt,
  });
}

/** What Feishu gives instead of a card's content (its page of message get). */
const CARD_PLACEHOLDER = /请升级至最新版本客户端|please upgrade/i;

/**
 * The text of a stored message, as `GET im/v1/messages/:id` gives it: the message itself, or the
 * messages inside of a merged and forwarded one. Empty when there is nothing to read.
 */
export function readStored(items: readonly unknown[], bot: string | undefined): string {
  const messages = items.map(fields);
  const inside = messages.filter((item) => text(item["upper_message_id"]) !== "");
  const lines = (inside.length > 0 ? inside : messages).map((item) => {
    const content = parseJson(text(fields(item["body"])["content"]));
    const mentions = list(item["mentions"]).map((mention): Mention => {
      const { key, id, name } = fields(mention);
      return { key: text(key), openId: openId(id), name: text(name) };
    });
    const type = text(item["msg_type"]);
    const post = type === "interactive" ? { content: content["elements"] } : content;
    const read = readContent(type === "interactive" ? "post" : type, post, mentions, bot);
    const line = read.text || (read.attachments.length > 0 ? `[${type}]` : "");
    return CARD_PLACEHOLDER.test(line) ? "" : line;
  });
  return lines.filter((line) => line !== "").join("\n\n");
}

/** Reads an `im.message.recalled_v1` event. */
export function parseRecall(event: unknown): { chatId: string; messageId: string } | undefined {
  const recalled = fields(event);
  const chatId = text(recalled["chat_id"]);
  const messageId = text(recalled["message_id"]);
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
  const { operator, action } = fields(event);
  const { conversation, ask, step, choice } = fields(fields(action)["value"]);
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
  readonly message: Fields;
  /** An id, or an object with one. */
  readonly sender: unknown;
  readonly senderType: unknown;
  readonly chatType: Incoming["chatType"];
  readonly type: unknown;
  readonly content: unknown;
  readonly bot: string | undefined;
  readonly receivedAt: number;
}

function parseMessage(raw: RawMessage): Incoming | undefined {
  const { message, chatType, bot, receivedAt } = raw;
  const messageId = text(message["message_id"]);
  const chatId = text(message["chat_id"]);
  const sender = openId(raw.sender);
  if (messageId === "" || chatId === "" || sender === "") return undefined;
  if (raw.senderType !== undefined && raw.senderType !== "user") return undefined;
  const mentions = list(message["mentions"]).map((item): Mention => {
    const { key, id, name } = fields(item);
    return { key: text(key), openId: openId(id), name: text(name) };
  });
  const type = text(raw.type);
  const created = Number(message["create_time"]);
  const threadId = text(message["thread_id"]);
  const quoted = text(message["parent_id"]);
  const parentId = threadId !== "" && quoted === text(message["root_id"]) ? "" : quoted;
  return {
    messageId,
    chatId,
    chatType,
    ...(threadId === "" ? {} : { threadId }),
    ...(parentId === "" ? {} : { parentId }),
    sender,
    createdAt: Number.isFinite(created) && created > 0 ? created : receivedAt,
    receivedAt,
    type,
    mentions: mentions.map((mention) => mention.openId).filter((id) => id !== ""),
    ...readContent(type, parseJson(text(raw.content)), mentions, bot),
  };
}

/** Events carry ids of several kinds in an object, the history just the `open_id`. */
function openId(value: unknown): string {
  return text(value) || text(fields(value)["open_id"]);
}

function parseJson(content: string): Fields {
  try {
    return fields(JSON.parse(content));
  } catch {
    return {};
  }
}

function readContent(
  type: string,
  content: Fields,
  mentions: readonly Mention[],
  bot: string | undefined,
): Pick<Incoming, "text" | "attachments"> {
  switch (type) {
    case "text":
      return { text: resolveMentions(text(content["text"]), mentions, bot), attachments: [] };
    case "post":
      return readPost(content, mentions, bot);
    case "image":
      return { text: "", attachments: attachment("image", content["image_key"]) };
    case "file":
      return {
        text: "",
        attachments: attachment("file", content["file_key"], text(content["file_name"])),
      };
    default:
      return { text: "", attachments: [] };
  }
}

function attachment(kind: Attachment["kind"], key: unknown, name = ""): Attachment[] {
  return text(key) === "" ? [] : [{ kind, key: text(key), ...(name === "" ? {} : { name }) }];
}

/** Puts names where Feishu put keys (`@_user_1`), and takes the bot's own mention out. */
function resolveMentions(raw: string, mentions: readonly Mention[], bot?: string): string {
  return raw.replace(/@_(user_\d+|all\b)( ?)/g, (whole, name: string, space: string) => {
    if (name === "all") return `@all${space}`;
    const mention = mentions.find((one) => one.key === `@_${name}`);
    if (mention === undefined) return whole;
    return mention.openId === bot ? "" : `@${mention.name || mention.openId}${space}`;
  }).trim();
}

/** Flattens a rich-text message: title, links as `text (url)`, code blocks as fences. */
function readPost(
  content: Fields,
  mentions: readonly Mention[],
  bot: string | undefined,
): Pick<Incoming, "text" | "attachments"> {
  // Events carry the post bare; messages that we read back may wrap it in a locale.
  const post = Array.isArray(content["content"])
    ? content
    : fields(Object.values(content).find((one) => Array.isArray(fields(one)["content"])));
  const attachments: Attachment[] = [];
  const lines = list(post["content"]).map((paragraph) =>
    list(paragraph).map((item) => {
      const element = fields(item);
      switch (element["tag"]) {
        case "a": {
          const label = text(element["text"]);
          const href = text(element["href"]);
          return label === "" || label === href ? href : `${label} (${href})`;
        }
        case "at": {
          const id = text(element["user_id"]);
          if (id === "all" || id === "@_all") return "@all";
          const mention = mentions.find((one) => one.key === id || one.openId === id);
          if ((mention?.openId ?? id) === bot) return "";
          return `@${mention?.name || text(element["user_name"]) || id}`;
        }
        case "img":
          attachments.push(...attachment("image", element["image_key"]));
          return "";
        case "media":
          attachments.push(...attachment("file", element["file_key"]));
          return "";
        case "emotion":
          return `:${text(element["emoji_type"])}:`;
        case "code_block":
          return `\n\`\`\`${text(element["language"]).toLowerCase()}\n${
            text(element["text"]).replace(/\n$/, "")
          }\n\`\`\`\n`;
        case "hr":
          return "\n---\n";
        default:
          return text(element["text"]);
      }
    }).join("")
  );
  const body = lines.join("\n").replaceAll(/\n{3,}/g, "\n\n").trim();
  const title = text(post["title"]).trim();
  return { text: [title, body].filter((part) => part !== "").join("\n\n"), attachments };
}

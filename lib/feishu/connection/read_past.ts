/** Stored messages that others refer to, as plain values. Pure. Shape: Feishu's page of im/v1 message get. */
import { array, type JsonObject, list, object, string } from "../../base/json.ts";
import type { Author, PastMessage } from "../../model/past_message.ts";
import { agentTexts } from "../../texts/agent.ts";
import { messageTime } from "../message_time.ts";
import { readCard } from "./card.ts";
import { readContent } from "./content.ts";
import { openId, readJson, stringOrEmpty } from "./fields.ts";
import { type Mention, readMentions } from "./mentions.ts";

/** Who reads, and when. */
export interface PastReader {
  /** The bot's own `open_id`, by which it is mentioned. */
  readonly bot: string | undefined;
  /** The app's id, by which it writes. */
  readonly appId: string;
  /** This machine's time at a time of Feishu's; both in milliseconds since 1970. */
  readonly ours: (time: number) => number;
}

/** How deep forwards inside of forwards are read. */
const MAX_DEPTH = 8;

/**
 * Reads the messages of `GET im/v1/messages/:id` or of a topic. Those that others of them forward
 * (`upper_message_id`) stand inside of these.
 */
export function readPast(items: readonly unknown[], reader: PastReader): PastMessage[] {
  const messages = items.map(object);
  const names = new Map(
    messages.flatMap(({ mentions }) => readMentions(mentions))
      .filter(({ name }) => name !== "").map(({ openId, name }) => [openId, name] as const),
  );
  const inside = Map.groupBy(messages, ({ upper_message_id: id }) => stringOrEmpty(id));
  const ids = new Set(messages.map(({ message_id: id }) => id));
  const read = (message: JsonObject, depth: number): PastMessage => {
    const id = stringOrEmpty(message.message_id);
    const forwarded = depth < MAX_DEPTH && id !== "" ? inside.get(id) ?? [] : [];
    return {
      messageId: id,
      author: authorOf(message, names, reader),
      createdAt: reader.ours(messageTime(message.create_time)),
      type: stringOrEmpty(message.msg_type),
      ...contentOf(message, forwarded.length > 0, reader),
      ...(isMentioned(message, reader) && { mentionsBot: true as const }),
      forwards: forwarded.map((one) => read(one, depth + 1))
        .toSorted((a, b) => a.createdAt - b.createdAt),
    };
  };
  return messages.filter(({ upper_message_id: id }) => !id || !ids.has(id))
    .map((message) => read(message, 0));
}

function isMentioned({ mentions }: JsonObject, { bot }: PastReader): boolean {
  return bot !== undefined && readMentions(mentions).some(({ openId }) => openId === bot);
}

function authorOf(
  { sender }: JsonObject,
  names: ReadonlyMap<string, string>,
  { bot, appId }: PastReader,
): Author {
  const { id: given, sender_name: said } = object(sender);
  const id = openId(given);
  const name = string(said) || names.get(id);
  const isThisBot = id !== "" && (id === appId || id === bot);
  return { id, ...(name && { name }), ...(isThisBot && { isThisBot: true as const }) };
}

/** What a message says, or a placeholder that names what it is. */
function contentOf(
  message: JsonObject,
  hasForwards: boolean,
  { bot }: PastReader,
): Pick<PastMessage, "text" | "attachments" | "missing"> {
  const type = stringOrEmpty(message.msg_type);
  if (message.deleted === true) {
    return { text: agentTexts.recalled, attachments: [], missing: "recalled" };
  }
  const content = readJson(object(message.body).content);
  if (type === "merge_forward") {
    return hasForwards
      ? { text: "", attachments: [] }
      : { text: agentTexts.forwarded, attachments: [], missing: "unreadable" };
  }
  const mentions = readMentions(message.mentions);
  if (type === "interactive") {
    // The bot is not taken out: what is read is not written to it.
    const { text, isHidden } = readCard(content, { mentions, bot: undefined });
    if (!isHidden) return { text, attachments: [] };
    const shown = agentTexts.placeholder("card", text);
    return { text: shown, attachments: [], missing: "unreadable" };
  }
  const { text, attachments } = readContent(type, content, message.mentions, bot);
  if (text !== "" || attachments.length > 0) return { text, attachments };
  return { text: describeOther(type, content, mentions), attachments: [] };
}

/** The names of message types whose name alone says little. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  share_chat: "shared chat",
  share_user: "shared contact",
  share_calendar_event: "calendar event",
  general_calendar: "calendar event",
  video_chat: "video meeting",
  hongbao: "red packet",
  todo: "task",
};

/** A placeholder for a message that is neither text nor file, with what can be read of it. */
function describeOther(type: string, content: JsonObject, mentions: readonly Mention[]): string {
  const filled = stringOrEmpty(content.template).replaceAll(
    /\{(\w+)\}/g,
    (_, field) => array(content[field]).join(", ") || stringOrEmpty(content[field]),
  );
  const summary = object(content.summary);
  // A line between two parts of a chat, as the message of its beginning has it.
  const divider = object(content.divider_text ?? object(content.params).divider_text);
  const words = [
    ...[
      filled,
      content.topic,
      content.name,
      content.file_name,
      content.title,
      content.text,
      content.summary,
      summary.title,
      divider.text,
    ],
    ...list(content.options, string),
    ...list(summary.content, (line) => list(line, (one) => string(object(one).text)).join("")),
    ...[content.chat_id, content.user_id].map((id) =>
      mentions.find(({ openId }) => openId === id)?.name ?? id
    ),
  ];
  const said = words.map(stringOrEmpty).map((word) => word.trim()).filter((word) => word !== "");
  return agentTexts.placeholder(TYPE_NAMES[type] ?? (type || "message"), said.join("; "));
}

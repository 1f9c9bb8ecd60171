/** The contents of messages as plain values. Pure. Shapes: Feishu's page of message contents, and the SDK. */
import { type JsonObject, list, object, parseJson, string } from "../../base/json.ts";
import type { Attachment } from "../../model/message.ts";

/** What somebody wrote, and what came with it. */
export interface Content {
  /** Mentions resolved, the bot's own removed; empty for what is not text. */
  readonly text: string;
  /** `open_id`s of the mentioned people and bots; `@all` is not among them. */
  readonly mentions: readonly string[];
  readonly attachments: readonly Attachment[];
}

/** A person or bot that a message mentions, and the key that stands for it in the text. */
interface Mention {
  readonly key: string;
  readonly openId: string;
  readonly name: string;
}

/** The value if it is a string, else an empty string. */
export function stringOrEmpty(value: unknown): string {
  return string(value) ?? "";
}

/** The JSON object in a string; an empty one when there is none. */
export function readJson(content: unknown): JsonObject {
  return object(parseJson(stringOrEmpty(content)));
}

/** The `open_id`: events have it in an object with other ids, the history has it bare. */
export function openId(value: unknown): string {
  return stringOrEmpty(value) || stringOrEmpty(object(value).open_id);
}

/**
 * Reads the content of a message. It is empty for types that are neither text nor attachment.
 *
 * @param mentioned The message's `mentions`.
 * @param bot The bot's own `open_id`.
 */
export function readContent(
  type: string,
  content: JsonObject,
  mentioned: unknown,
  bot: string | undefined,
): Content {
  const mentions = list(mentioned, (item): Mention => {
    const { key, id, name } = object(item);
    return { key: stringOrEmpty(key), openId: openId(id), name: stringOrEmpty(name) };
  });
  const rest = {
    text: "",
    mentions: mentions.map((mention) => mention.openId).filter((id) => id !== ""),
    attachments: [],
  };
  switch (type) {
    case "text":
      return { ...rest, text: resolveMentions(stringOrEmpty(content.text), mentions, bot) };
    case "post":
      return { ...rest, ...readPost(content, mentions, bot) };
    case "image":
    case "file":
      return { ...rest, attachments: attachmentsOf(type, content) };
    default:
      return rest;
  }
}

/** The picture or file of a message, or of an element of a post; none without its key. */
function attachmentsOf(kind: Attachment["kind"], content: JsonObject): Attachment[] {
  const key = stringOrEmpty(content[`${kind}_key`]);
  const name = stringOrEmpty(content.file_name);
  return key === "" ? [] : [{ kind, key, ...(name && { name }) }];
}

/** Replaces Feishu's keys (`@_user_1`) by names, and removes the bot's own mention. */
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
  content: JsonObject,
  mentions: readonly Mention[],
  bot: string | undefined,
): Pick<Content, "text" | "attachments"> {
  // Events carry the post bare; messages that we read back may wrap it in a locale.
  const post = Array.isArray(content.content)
    ? content
    : object(Object.values(content).find((one) => Array.isArray(object(one).content)));
  const elements = list(post.content, (paragraph) => list(paragraph, object));
  const lines = elements.map((line) =>
    line.map((element) => elementText(element, mentions, bot)).join("")
  );
  const attachments = elements.flat().flatMap((element) =>
    element.tag === "img"
      ? attachmentsOf("image", element)
      : element.tag === "media"
      ? attachmentsOf("file", element)
      : []
  );
  const body = lines.join("\n").replaceAll(/\n{3,}/g, "\n\n").trim();
  const title = stringOrEmpty(post.title).trim();
  return { text: [title, body].filter((block) => block !== "").join("\n\n"), attachments };
}

/** One element of a post as text; empty for pictures and files. */
function elementText(
  element: JsonObject,
  mentions: readonly Mention[],
  bot: string | undefined,
): string {
  const text = stringOrEmpty(element.text);
  switch (element.tag) {
    case "a": {
      const href = stringOrEmpty(element.href);
      return text === "" || text === href ? href : `${text} (${href})`;
    }
    case "at": {
      const id = stringOrEmpty(element.user_id);
      if (id === "all" || id === "@_all") return "@all";
      const mention = mentions.find((one) => one.key === id || one.openId === id);
      if ((mention?.openId ?? id) === bot) return "";
      return `@${mention?.name || stringOrEmpty(element.user_name) || id}`;
    }
    case "img":
    case "media":
      return "";
    case "emotion":
      return `:${stringOrEmpty(element.emoji_type)}:`;
    case "code_block": {
      const language = stringOrEmpty(element.language).toLowerCase();
      return `\n\`\`\`${language}\n${text.replace(/\n$/, "")}\n\`\`\`\n`;
    }
    case "hr":
      return "\n---\n";
    default:
      return text;
  }
}

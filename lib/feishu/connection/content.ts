/** The contents of messages as plain values. Pure. Shapes: Feishu's page of message contents, and the SDK. */
import { type JsonObject, list, object, parseJson, string } from "../../base/json.ts";
import { fenced, trimLines } from "../../base/text.ts";
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

/**
 * Replaces Feishu's keys (`@_user_1`) by names, and removes the bot's own mention with the blanks behind it.
 * The indentation of the first line stays when it is that of code.
 */
function resolveMentions(raw: string, mentions: readonly Mention[], bot?: string): string {
  const byKey = new Map(mentions.map((mention) => [mention.key, mention]));
  const text = raw.replace(
    /@_(user_\d+|all\b)([^\S\n]*)/g,
    (whole, name: string, space: string) => {
      if (name === "all") return `@all${space}`;
      const mention = byKey.get(`@_${name}`);
      if (mention === undefined) return whole;
      return mention.openId === bot ? "" : `@${mention.name || mention.openId}${space}`;
    },
  );
  const lines = trimLines(text);
  return lines.includes("\n") || /^(?: {2}|\t)/.test(lines) ? lines : lines.trim();
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
  const attachments = elements.flat().flatMap((element) =>
    element.tag === "img"
      ? attachmentsOf("image", element)
      : element.tag === "media"
      ? attachmentsOf("file", element)
      : []
  );
  const body = postText(elements, mentions, bot);
  const title = stringOrEmpty(post.title).trim();
  return { text: [title, body].filter((block) => block !== "").join("\n\n"), attachments };
}

/** The elements that stand on lines of their own, between blank lines. */
const BLOCKS: ReadonlySet<unknown> = new Set(["code_block", "hr"]);
/** The elements that are no text. */
const FILES: ReadonlySet<unknown> = new Set(["img", "media"]);

/** The paragraphs of a post as lines of text, with the blank lines that its writer put between them. */
function postText(
  paragraphs: readonly (readonly JsonObject[])[],
  mentions: readonly Mention[],
  bot: string | undefined,
): string {
  const lines: string[] = [];
  let isBehindBlock = false;
  const add = (line: string, isBlock = false) => {
    const needsGap = isBlock
      ? lines.length > 0 && lines.at(-1) !== ""
      : isBehindBlock && line !== "";
    if (needsGap) lines.push("");
    lines.push(line);
    isBehindBlock = isBlock;
  };
  for (const paragraph of paragraphs) {
    let line: string | undefined = paragraph.length === 0 ? "" : undefined;
    let isBehindBot = false;
    for (const element of paragraph) {
      const words = elementText(element, mentions, bot);
      if (BLOCKS.has(element.tag)) {
        if (line !== undefined) add(line);
        line = undefined;
        add(words, true);
      } else if (!FILES.has(element.tag)) {
        // The blanks behind the bot's own mention go with it.
        line = (line ?? "") + (isBehindBot ? words.replace(/^[^\S\n]+/, "") : words);
        isBehindBot = element.tag === "at" && words === "";
      }
    }
    if (line !== undefined) add(line);
  }
  return trimLines(lines.join("\n"));
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
      return fenced(text.replace(/\n$/, ""), language);
    }
    case "hr":
      return "---";
    default:
      return text;
  }
}

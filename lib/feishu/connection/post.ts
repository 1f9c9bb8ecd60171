/** Rich-text messages as plain values. Pure. Shapes: Feishu's page of received contents, and its Go SDK. */
import { array, type JsonObject, object } from "../../base/json.ts";
import { fenced, trimLines } from "../../base/text.ts";
import type { Attachment } from "../../model/message.ts";
import { fileOf } from "./attachment.ts";
import { stringOrEmpty } from "./fields.ts";
import { linkText, typedText } from "./links.ts";
import { type Mention, mentionText, replaceMentions, trimMessage } from "./mentions.ts";
import { outsideCode } from "./outside_code.ts";

/** Whom a post mentions. */
export interface PostReaders {
  readonly mentions: readonly Mention[];
  /** The bot's own `open_id`, whose mentions are removed. */
  readonly bot: string | undefined;
}

/** Flattens a rich-text message: title, links as `text (url)`, code blocks as fences. */
export function readPost(
  content: JsonObject,
  readers: PostReaders,
): { readonly text: string; readonly attachments: readonly Attachment[] } {
  const post = bodyOf(content);
  const paragraphs = paragraphsOf(post.content);
  // Beside its paragraphs, a post may carry what was written as Markdown, with the numbers of its lists.
  const markdown = paragraphsOf(post.content_v2);
  const body = postText(markdown, readers) || postText(paragraphs, readers);
  const title = stringOrEmpty(post.title).trim();
  const files = [...paragraphs, ...markdown].flat().flatMap(filesOf);
  return {
    text: [title, body].filter((block) => block !== "").join("\n\n"),
    attachments: [...new Map(files.map((file) => [file.key, file])).values()],
  };
}

/** Events carry a post bare; messages that we read back may wrap it in a locale. */
function bodyOf(content: JsonObject): JsonObject {
  const isBody = (one: JsonObject) => Array.isArray(one.content) || one.content_v2 !== undefined;
  return isBody(content) ? content : object(Object.values(content).map(object).find(isBody));
}

function paragraphsOf(content: unknown): readonly (readonly JsonObject[])[] {
  if (typeof content === "string") return content === "" ? [] : [[{ tag: "md", text: content }]];
  return array(content).map((paragraph) =>
    Array.isArray(paragraph) ? paragraph.map(object) : [object(paragraph)]
  );
}

/** A picture in Markdown, by its key. */
const PICTURE = /!\[[^[\]\n]*\]\((img_[\w-]+)\)/g;

/** The pictures and files of an element. */
function filesOf(element: JsonObject): Attachment[] {
  const pictures: string[] = [];
  if (element.tag === "md") {
    outsideCode(stringOrEmpty(element.text), (part) => {
      pictures.push(...[...part.matchAll(PICTURE)].map(([, key = ""]) => key));
      return part;
    });
  }
  return [...fileOf(element), ...pictures.map((key) => ({ kind: "image" as const, key }))];
}

/** The elements that stand on lines of their own, between blank lines. */
const BLOCKS: ReadonlySet<unknown> = new Set(["code_block", "hr"]);

/** The paragraphs of a post as lines of text, with the blank lines that its writer put between them. */
function postText(
  paragraphs: readonly (readonly JsonObject[])[],
  readers: PostReaders,
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
      const words = elementText(element, readers);
      if (BLOCKS.has(element.tag)) {
        if (line !== undefined) add(line);
        line = undefined;
        add(words, true);
      } else if (words !== "" || filesOf(element).length === 0) {
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
export function elementText(element: JsonObject, { mentions, bot }: PostReaders): string {
  const text = stringOrEmpty(element.text);
  switch (element.tag) {
    case "a":
      return linkText(text, stringOrEmpty(element.href));
    case "at":
      return mentionText(
        stringOrEmpty(element.user_id),
        stringOrEmpty(element.user_name),
        mentions,
        bot,
      );
    case "md":
      return markdownText(text, { mentions, bot });
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

/** A mention in Markdown, by `open_id` or key. */
const AT = /<at\s+(?:user_)?id="?([\w@-]+)"?[^<>\n]*>([^<\n]*)<\/at>([^\S\n]*)/g;

function markdownText(markdown: string, { mentions, bot }: PostReaders): string {
  return trimMessage(outsideCode(markdown, (part) => {
    const text = typedText(part)
      .replaceAll(PICTURE, "")
      .replaceAll(AT, (_, id: string, name: string, space: string) => {
        const words = mentionText(id, name, mentions, bot);
        return words === "" ? "" : words + space;
      });
    return replaceMentions(text, mentions, bot);
  }));
}

/** What stands in a message. Pure. Shapes: Feishu's page of message contents, and what the SDK reads. */
import { type JsonObject, list, object, parseJson, string } from "../../base/json.ts";

/** A picture or file that travels with a message. */
export interface Attachment {
  readonly kind: "image" | "file";
  /** Feishu's `image_key` or `file_key`. */
  readonly key: string;
  readonly name?: string;
}

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

/** The value if it is a string, else an empty one. */
export function text(value: unknown): string {
  return string(value) ?? "";
}

/** The object that a string spells in JSON; empty when it spells none. */
export function readJson(content: unknown): JsonObject {
  return object(parseJson(text(content)));
}

/** Reads an id: events carry several kinds in an object, the history just the `open_id`. */
export function openId(value: unknown): string {
  return text(value) || text(object(value).open_id);
}

/**
 * Reads the content of a message; empty for what is neither text nor attachment.
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
    return { key: text(key), openId: openId(id), name: text(name) };
  });
  const rest = {
    text: "",
    mentions: mentions.map((mention) => mention.openId).filter((id) => id !== ""),
    attachments: [],
  };
  switch (type) {
    case "text":
      return { ...rest, text: resolveMentions(text(content.text), mentions, bot) };
    case "post":
      return { ...rest, ...readPost(content, mentions, bot) };
    case "image":
    case "file":
      return { ...rest, attachments: attachment(type, content) };
    default:
      return rest;
  }
}

/** The picture or file that a message, or an element of a post, is. */
function attachment(kind: Attachment["kind"], content: JsonObject): Attachment[] {
  const key = text(content[`${kind}_key`]);
  const name = text(content.file_name);
  return key === "" ? [] : [{ kind, key, ...(name && { name }) }];
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
  content: JsonObject,
  mentions: readonly Mention[],
  bot: string | undefined,
): Pick<Content, "text" | "attachments"> {
  // Events carry the post bare; messages that we read back may wrap it in a locale.
  const post = Array.isArray(content.content)
    ? content
    : object(Object.values(content).find((one) => Array.isArray(object(one).content)));
  const attachments: Attachment[] = [];
  const lines = list(post.content, (paragraph) =>
    list(paragraph, (item) => {
      const element = object(item);
      const words = text(element.text);
      switch (element.tag) {
        case "a": {
          const href = text(element.href);
          return words === "" || words === href ? href : `${words} (${href})`;
        }
        case "at": {
          const id = text(element.user_id);
          if (id === "all" || id === "@_all") return "@all";
          const mention = mentions.find((one) => one.key === id || one.openId === id);
          if ((mention?.openId ?? id) === bot) return "";
          return `@${mention?.name || text(element.user_name) || id}`;
        }
        case "img":
          attachments.push(...attachment("image", element));
          return "";
        case "media":
          attachments.push(...attachment("file", element));
          return "";
        case "emotion":
          return `:${text(element.emoji_type)}:`;
        case "code_block": {
          const language = text(element.language).toLowerCase();
          return `\n\`\`\`${language}\n${words.replace(/\n$/, "")}\n\`\`\`\n`;
        }
        case "hr":
          return "\n---\n";
        default:
          return words;
      }
    }).join(""));
  const body = lines.join("\n").replaceAll(/\n{3,}/g, "\n\n").trim();
  const title = text(post.title).trim();
  return { text: [title, body].filter((part) => part !== "").join("\n\n"), attachments };
}

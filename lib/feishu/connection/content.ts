/** The contents of messages as plain values. Pure. Shapes: Feishu's page of message contents, and the SDK. */
import type { JsonObject } from "../../base/json.ts";
import type { Attachment } from "../../model/message.ts";
import { fileOf, recordingOf } from "./attachment.ts";
import { stringOrEmpty } from "./fields.ts";
import { typedText } from "./links.ts";
import { readMentions, resolveMentions } from "./mentions.ts";
import { readPost } from "./post.ts";

/** What somebody wrote, and what came with it. */
export interface Content {
  /** Mentions resolved, the bot's own removed; empty for what is not text. */
  readonly text: string;
  /** `open_id`s of the mentioned people and bots; `@all` is not among them. */
  readonly mentions: readonly string[];
  readonly attachments: readonly Attachment[];
}

/** The types of messages that are a file. A sticker has a key, but Feishu does not give it away. */
const FILES: ReadonlySet<string> = new Set(["image", "file", "media"]);

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
  const mentions = readMentions(mentioned);
  const rest = {
    text: "",
    mentions: mentions.map((mention) => mention.openId).filter((id) => id !== ""),
    attachments: [],
  };
  if (FILES.has(type)) return { ...rest, attachments: fileOf(content) };
  if (type === "audio") return { ...rest, attachments: recordingOf(content) };
  if (type === "post") return { ...rest, ...readPost(content, { mentions, bot }) };
  if (type !== "text") return rest;
  const text = resolveMentions(typedText(stringOrEmpty(content.text)), mentions, bot);
  return { ...rest, text };
}

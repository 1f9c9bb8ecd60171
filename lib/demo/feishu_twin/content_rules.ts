import { checkCard } from "./card_rules.ts";
import { Chats } from "./chats.ts";
import type { Files } from "./files.ts";
import { array, isObject, object, parseJson, string } from "../../base/json.ts";
import { Refusal } from "./refusal.ts";

// The largest body of a request: text 150 KB, post and card 30 KB (Feishu docs: message create).
const MAX_TEXT_BYTES = 150 * 1024;
const MAX_RICH_BYTES = 30 * 1024;
/** The most characters of a divider (Feishu docs: message contents). */
const MAX_DIVIDER_CHARS = 20;

const POST_TAGS = new Set(
  ["text", "a", "at", "img", "media", "emotion", "code_block", "hr", "md"],
);

function refuse(detail: string): never {
  throw new Refusal(
    230001,
    `Your request contains an invalid request parameter, ext=${detail}`,
  );
}

function checkPost(content: Readonly<Record<string, unknown>>): void {
  const bodies = "content" in content ? [content] : Object.values(content);
  if (bodies.length === 0) refuse("message_content_post_is_empty");
  for (const body of bodies) {
    if (!isObject(body) || !Array.isArray(body.content)) refuse("post content is not a list");
    for (const line of array(body.content)) {
      if (!Array.isArray(line)) refuse("a post paragraph is not a list");
      for (const item of array(line)) {
        const tag = isObject(item) ? string(item.tag) : undefined;
        if (!isObject(item) || tag === undefined || !POST_TAGS.has(tag)) {
          refuse(`post tag ${tag} is not supported`);
        }
        if (tag === "md" && array(line).length > 1) refuse("md must be alone in its paragraph");
        if ((tag === "text" || tag === "md") && string(item.text) === undefined) {
          refuse(`post tag ${tag} needs a text`);
        }
        if (tag === "a" && string(item.href) === undefined) refuse("post tag a needs a href");
        if (tag === "img" && !/^img_/.test(string(item.image_key) ?? "")) {
          refuse("invalid image_key");
        }
      }
    }
  }
}

/** The only system message that an app may send (Feishu docs: message contents). */
function checkDivider({ type, params }: Readonly<Record<string, unknown>>): void {
  const { text } = object(object(params).divider_text);
  if (type !== "divider") refuse("system message is no divider");
  if (typeof text !== "string" || text === "" || [...text].length > MAX_DIVIDER_CHARS) {
    refuse("divider_text");
  }
}

/**
 * Checks the content of a message like the platform, when it is sent or edited.
 *
 * @param type Feishu's `msg_type`.
 * @param content The JSON string from the request.
 * @param files The images and files that it may show.
 * @param chats The people and groups that it may recommend.
 * @returns The parsed content.
 * @throws {Refusal} 230001 not valid, 230025 too long, 230099 card refused, 230017 not our file.
 */
export function checkContent(
  type: string,
  content: unknown,
  files: Files,
  chats: Chats = new Chats(),
): unknown {
  if (typeof content !== "string") refuse("content is not a string in json format");
  // In the body it is a string of JSON.
  const bytes = new TextEncoder().encode(JSON.stringify(content)).length;
  const most = type === "text" ? MAX_TEXT_BYTES : MAX_RICH_BYTES;
  if (bytes > most) {
    throw new Refusal(230025, "The length of the message content reaches its limit.");
  }
  const parsed = parseJson(content);
  if (!isObject(parsed)) refuse("content is not a string in json format");
  switch (type) {
    case "text":
      if (typeof parsed.text !== "string" || parsed.text === "") refuse("text is empty");
      return parsed;
    case "post":
      checkPost(parsed);
      return parsed;
    case "interactive":
      checkCard(parsed);
      return parsed;
    case "system":
      checkDivider(parsed);
      return parsed;
    case "image":
      if (files.get(string(parsed.image_key) ?? "") === undefined) refuse("invalid image_key");
      return parsed;
    case "file":
    case "audio":
    case "media":
      if (files.get(string(parsed.file_key) ?? "")?.byBot !== true) {
        throw new Refusal(230017, "Bot is NOT the owner of the resource.");
      }
      return parsed;
    case "share_chat":
      if (chats.chat(string(parsed.chat_id) ?? "")?.type !== "group") refuse("invalid chat_id");
      return parsed;
    case "share_user":
      if (chats.user(string(parsed.user_id) ?? "") === undefined) refuse("invalid user_id");
      return parsed;
    default:
      return refuse(`invalid msg_type ${type}`);
  }
}

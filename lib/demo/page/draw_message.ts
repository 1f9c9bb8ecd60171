import { array, object, string } from "../../base/json.ts";
import { clipLine } from "../../base/text.ts";
import { dividerText } from "../feishu_twin/message_text.ts";
import type { TwinMessage } from "../feishu_twin/twin_message.ts";
import { drawCard, image, type NameOf } from "./draw_card.ts";
import { drawMarkdown } from "./draw_markdown.ts";
import { element, nodeText, type PageNode, safeLink } from "./page_node.ts";

/** The longest preview of a message, in the chat list and in a quote. */
const PREVIEW_CHARS = 80;

/** The content of a message as Feishu shows it. */
export function drawMessage(message: TwinMessage, nameOf: NameOf): PageNode[] {
  const content = object(message.content);
  switch (message.type) {
    case "interactive":
      return drawCard(content, nameOf);
    case "text":
      return [element("div", { class: "plain" }, ...withNames(String(content.text), message))];
    case "post":
      return drawPost(content);
    case "system":
      return [element("div", { class: "divider" }, dividerText(content))];
    case "image":
      return [image(string(content.image_key) ?? "", "")];
    case "file": {
      const key = string(content.file_key) ?? "";
      const name = string(content.file_name) ?? "file";
      const href = `/_twin/file/${encodeURIComponent(key)}`;
      return [element("a", { class: "file", href, download: name }, `📄 ${name}`)];
    }
    default:
      return [element("span", { class: "chip" }, `[${message.type}]`)];
  }
}

/** The beginning of a message in one line. */
export function messagePreview(message: TwinMessage, nameOf: NameOf): string {
  const text = nodeText(drawMessage(message, nameOf)).trim();
  return text === "" && message.type === "image" ? "🖼" : clipLine(text, PREVIEW_CHARS);
}

function withNames(text: string, message: TwinMessage): PageNode[] {
  const keys = message.mentions.map(({ key }) => key);
  return text.split(/(@_user_\d+|@_all)/).map((part) => {
    if (part === "@_all") return element("span", { class: "mention" }, "@all");
    const mention = message.mentions[keys.indexOf(part)];
    return mention === undefined ? part : element("span", { class: "mention" }, `@${mention.name}`);
  });
}

function drawPost(content: Readonly<Record<string, unknown>>): PageNode[] {
  const bodies = "content" in content ? [content] : Object.values(content);
  const body = object(bodies[0]);
  const title = string(body.title) ?? "";
  return [
    ...(title === "" ? [] : [element("div", { class: "post-title" }, title)]),
    ...array(body.content).map((line) =>
      element("div", { class: "md" }, ...array(line).flatMap((item) => drawItem(object(item))))
    ),
  ];
}

function drawItem(item: Readonly<Record<string, unknown>>): PageNode[] {
  const text = string(item.text) ?? "";
  switch (item.tag) {
    case "md":
      return drawMarkdown(text);
    case "a": {
      const href = safeLink(string(item.href) ?? "");
      if (href === undefined) return [text];
      return [element("a", { href, target: "_blank", rel: "noopener noreferrer" }, text)];
    }
    case "at":
      return [element("span", { class: "mention" }, `@${item.user_name ?? item.user_id}`)];
    case "img":
      return [image(string(item.image_key) ?? "", "")];
    case "hr":
      return [element("hr")];
    case "code_block":
      return drawMarkdown(`\`\`\`${item.language ?? ""}\n${text}\n\`\`\``);
    default:
      return [element("span", { class: "plain" }, text)];
  }
}

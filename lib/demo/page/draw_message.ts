import { asArray, asObject, asString } from "../feishu_twin/json.ts";
import type { TwinMessage } from "../feishu_twin/messages.ts";
import { drawCard, image } from "./draw_card.ts";
import { drawMarkdown } from "./draw_markdown.ts";
import { element, nodeText, type PageNode, safeLink } from "./node.ts";

/** Characters of a message in the chat list and in a quote. */
const briefChars = 80;

/** The content of a message as Feishu shows it. */
export function drawMessage(message: TwinMessage): PageNode[] {
  const content = asObject(message.content);
  switch (message.type) {
    case "interactive":
      return drawCard(content);
    case "text":
      return [element("div", { class: "plain" }, ...withNames(String(content.text), message))];
    case "post":
      return drawPost(content);
    case "image":
      return [image(asString(content.image_key) ?? "", "")];
    case "file": {
      const key = asString(content.file_key) ?? "";
      const name = asString(content.file_name) ?? "file";
      const href = `/_twin/file/${encodeURIComponent(key)}`;
      return [element("a", { class: "file", href, download: name }, `📄 ${name}`)];
    }
    default:
      return [element("span", { class: "chip" }, `[${message.type}]`)];
  }
}

/** The beginning of a message in one line. */
export function briefMessage(message: TwinMessage): string {
  const text = nodeText(drawMessage(message)).replaceAll(/\s+/g, " ").trim();
  const brief = text === "" && message.type === "image" ? "🖼" : text;
  return brief.length > briefChars ? `${brief.slice(0, briefChars).toWellFormed()}…` : brief;
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
  const body = asObject(bodies[0]);
  const title = asString(body.title) ?? "";
  return [
    ...(title === "" ? [] : [element("div", { class: "post-title" }, title)]),
    ...asArray(body.content).map((line) =>
      element("div", { class: "md" }, ...asArray(line).flatMap((item) => drawItem(asObject(item))))
    ),
  ];
}

function drawItem(item: Readonly<Record<string, unknown>>): PageNode[] {
  const text = asString(item.text) ?? "";
  switch (item.tag) {
    case "md":
      return drawMarkdown(text);
    case "a": {
      const href = safeLink(asString(item.href) ?? "");
      if (href === undefined) return [text];
      return [element("a", { href, target: "_blank", rel: "noopener noreferrer" }, text)];
    }
    case "at":
      return [element("span", { class: "mention" }, `@${item.user_name ?? item.user_id}`)];
    case "img":
      return [image(asString(item.image_key) ?? "", "")];
    case "hr":
      return [element("hr")];
    case "code_block":
      return drawMarkdown(`\`\`\`${item.language ?? ""}\n${text}\n\`\`\``);
    default:
      return [element("span", { class: "plain" }, text)];
  }
}

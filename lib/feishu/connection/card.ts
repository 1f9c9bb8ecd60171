/**
 * Cards that were sent, as text. Pure. Shapes: Feishu's pages of cards of 1.0 and 2.0, and what clients in
 * practice got from im/v1 message get.
 */
import { array, isObject, type JsonObject, object, parseJson, string } from "../../base/json.ts";
import { agentTexts } from "../../texts/agent.ts";
import { stringOrEmpty } from "./fields.ts";
import { outsideCode } from "./outside_code.ts";
import { elementText, type PostReaders } from "./post.ts";

/** The line that Feishu returns in place of a card's content (its page of message get). */
const HIDDEN = /^(?:请升级至最新版本客户端|please upgrade to the latest version)[^\n]{0,80}$/i;
/** The fields in which a card comes as a string: as it was sent, and as Feishu keeps it. */
const WRAPPERS = ["user_dsl", "json_card"];
/** The fields of an element that hold others or text, in the order in which they are shown. */
const PARTS = [
  ...["header", "title", "subtitle", "text_tag_list", "text", "label", "content", "fields"],
  ...["placeholder", "columns", "elements", "options", "actions", "extra", "property", "body"],
];
/** How deep elements are read; a card of 2.0 nests five. */
const MAX_DEPTH = 40;

/** What a card says. */
export interface CardText {
  /** The header and all elements, nested ones too, a line each. */
  readonly text: string;
  /** Whether Feishu did not show its elements. */
  readonly isHidden: boolean;
}

/** Reads a card. */
export function readCard(content: JsonObject, readers: PostReaders): CardText {
  const lines = blocks(unwrapped(content), readers, 0)
    .map((block) => block.trimEnd()).filter((block) => block.trim() !== "");
  const shown = lines.filter((line) => !HIDDEN.test(line.trim()));
  return { text: shown.join("\n"), isHidden: shown.length < lines.length || lines.length === 0 };
}

function unwrapped(content: JsonObject): JsonObject {
  for (const name of WRAPPERS) {
    const inner = content[name];
    const card = object(typeof inner === "string" ? parseJson(inner) : inner);
    if (Object.keys(card).length > 0) return unwrapped(card);
  }
  return content;
}

function blocks(node: unknown, readers: PostReaders, depth: number): string[] {
  if (depth > MAX_DEPTH) return [];
  if (typeof node === "string") return [node];
  if (Array.isArray(node)) {
    return node.flatMap((item) =>
      // A card that comes degraded has paragraphs like a post.
      Array.isArray(item)
        ? [paragraphText(item, readers, depth + 1)]
        : blocks(item, readers, depth + 1)
    );
  }
  if (!isObject(node)) return [];
  const tag = stringOrEmpty(node.tag);
  const isMarkdown = tag === "markdown" || tag === "lark_md";
  if (isMarkdown && typeof node.content === "string") return [plainMarkdown(node.content)];
  if (tag === "hr") return ["---"];
  if (tag === "img" || tag === "img_combination" || tag === "chart") {
    return [agentTexts.placeholder(tag === "chart" ? "chart" : "picture", textOf(node.alt))];
  }
  if (tag === "button") return [`[${textOf(node.text) || textOf(object(node.property).text)}]`];
  if (tag === "table") return tableLines(node);
  if (typeof node.text === "string" || tag === "at") return [elementText(node, readers)];
  return PARTS.flatMap((part) => blocks(node[part] ?? localized(node, part), readers, depth + 1));
}

/** The elements that may stand in a line and are no words of a post. */
const COMPONENTS: ReadonlySet<unknown> = new Set(["button", "img", "img_combination", "chart"]);

/** A paragraph of a card that came degraded: words, and components. */
function paragraphText(elements: readonly unknown[], readers: PostReaders, depth: number): string {
  const parts = elements.map(object).map((element) => {
    const words = COMPONENTS.has(element.tag) ? "" : elementText(element, readers);
    return words || blocks(element, readers, depth).join(" ");
  });
  // A picture stands before the line of a card that is not shown.
  return parts.find((part) => HIDDEN.test(part.trim())) ?? parts.join("");
}

/** The part of an element that comes in several languages: the first of them. */
function localized(node: JsonObject, part: string): unknown {
  const texts = node[`i18n_${part}`] ?? (part === "content" ? node.i18n : undefined);
  return Object.values(object(texts))[0];
}

/** The words of a text element; one that came degraded is its words. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  const node = object(value);
  const text = string(node.content) ?? string(localized(node, "content"));
  return text ?? (node.property === undefined ? "" : textOf(node.property));
}

/** The rows of a table component. */
function tableLines(table: JsonObject): string[] {
  const columns = array(table.columns).map(object);
  const cell = (value: unknown): string =>
    Array.isArray(value)
      ? value.map(cell).join(", ")
      : isObject(value)
      ? stringOrEmpty(value.text) || textOf(value)
      : String(value ?? "");
  const rows = array(table.rows).map(object)
    .map((row) => columns.map(({ name }) => cell(row[stringOrEmpty(name)])));
  const names = columns.map((column) => string(column.display_name) ?? stringOrEmpty(column.name));
  return [names, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

/** The Markdown of a card without Feishu's tags for looks, and without the entities of escaped marks. */
function plainMarkdown(markdown: string): string {
  return outsideCode(markdown, withoutLooks);
}

function withoutLooks(markdown: string): string {
  return markdown
    .replaceAll(/<br\s*\/?>/g, "\n")
    .replaceAll(/<\/?(?:font|text_tag|number_tag|link|person|local_datetime|u)\b[^<>\n]*>/g, "")
    .replaceAll(
      /<at\s+([^<>\n]*)>([^<\n]*)<\/at>/g,
      (_, fields: string, name: string) => `@${name || /id="?([\w@-]+)/.exec(fields)?.[1]}`,
    )
    .replaceAll(
      /&#(\d{1,7});/g,
      (entity, code) => Number(code) <= 0x10ffff ? String.fromCodePoint(Number(code)) : entity,
    );
}

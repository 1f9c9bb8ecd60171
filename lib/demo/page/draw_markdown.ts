import { lexer, type Token, type Tokens } from "marked";
import { element, type PageNode, safeLink } from "./page_node.ts";

/** The named entities of Feishu's markdown (Feishu docs: rich text). */
// deno-fmt-ignore
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", ensp: "\u2002",
  emsp: "\u2003", copy: "©", reg: "®", trade: "™",
};

/**
 * Markdown as Feishu's cards and posts show it: CommonMark with tables and without HTML, except for
 * Feishu's own tags (`<at>`, `<font>`, `<text_tag>`, `<br>`, `<hr>`).
 */
export function drawMarkdown(markdown: string): PageNode[] {
  return blocks(lexer(markdown));
}

function blocks(tokens: readonly Token[]): PageNode[] {
  return tokens.flatMap((token) => block(token));
}

function block(token: Token): PageNode[] {
  const { raw } = token;
  switch (token.type) {
    case "space":
    case "def":
      return [];
    case "heading":
      return [element(`h${Math.min(6, Number(token.depth))}`, {}, ...inner(token))];
    case "paragraph":
      return [element("p", {}, ...inner(token))];
    case "text":
      return token.tokens === undefined ? [decode(token.text)] : inner(token);
    case "code":
      return [codeBlock(String(token.text).trimEnd(), String(token.lang ?? ""))];
    case "blockquote":
      return [element("blockquote", {}, ...blocks(token.tokens ?? []))];
    case "list":
      return [list(token as Tokens.List)];
    case "table":
      return [table(token as Tokens.Table)];
    case "hr":
      return [element("hr")];
    case "html":
      return [element("p", {}, ...inlines([token]))];
    default:
      return [raw];
  }
}

function inner(token: Token): PageNode[] {
  return inlines("tokens" in token ? token.tokens ?? [] : []);
}

function inlines(tokens: readonly Token[]): PageNode[] {
  return tokens.flatMap((token) => inline(token));
}

function inline(token: Token): PageNode[] {
  switch (token.type) {
    case "text":
      return token.tokens === undefined ? lines(decode(token.text)) : inner(token);
    case "escape":
      return [String(token.text)];
    case "strong":
      return [element("strong", {}, ...inner(token))];
    case "em":
      return [element("em", {}, ...inner(token))];
    case "del":
      return [element("del", {}, ...inner(token))];
    case "codespan":
      return [element("code", {}, String(token.text))];
    case "br":
      return [element("br")];
    case "link": {
      const href = safeLink(decode(String(token.href)));
      if (href === undefined) return inner(token);
      return [
        element("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...inner(token)),
      ];
    }
    case "image":
      return [element("span", { class: "chip" }, `🖼 ${token.text}`)];
    case "html":
      return ownTag(token.raw);
    default:
      return [token.raw];
  }
}

/** A tag of Feishu's own dialect. All other HTML is dropped, as on the platform. */
function ownTag(raw: string): PageNode[] {
  if (/^<br\s*\/?>/i.test(raw)) return [element("br")];
  if (/^<hr\s*\/?>/i.test(raw)) return [element("hr")];
  const at = /^<at\s+id\s*=\s*["']?([^\s"'>]+)/i.exec(raw)?.[1];
  return at === undefined ? [] : [element("span", { class: "mention" }, `@${at}`)];
}

/** Feishu keeps single line breaks, unlike CommonMark. */
function lines(text: string): PageNode[] {
  return text.split("\n").flatMap((line, index) => index === 0 ? [line] : [element("br"), line]);
}

function decode(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (raw, dec, hex, name) => {
    const point = dec ? Number(dec) : hex ? parseInt(hex, 16) : undefined;
    if (point === undefined) return ENTITIES[String(name)] ?? raw;
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : raw;
  });
}

function codeBlock(text: string, language: string): PageNode {
  const body = /^diff$/i.test(language)
    ? text.split("\n").map((line) => element("span", { class: diffClass(line) }, `${line}\n`))
    : [text];
  const label = language === "" ? [] : [element("div", { class: "lang" }, language)];
  // Long lines scroll; with a tabindex they scroll with the keyboard, too.
  const code = element("pre", { tabindex: "0" }, element("code", {}, ...body));
  return element("figure", { class: "code" }, ...label, code);
}

function diffClass(line: string): string {
  if (/^(\+\+\+|---|@@|Index|=====)/.test(line)) return "meta";
  return line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : "same";
}

function list({ ordered, start, items }: Tokens.List): PageNode {
  const attributes = ordered && start !== 1 ? { start: String(start) } : {};
  return element(
    ordered ? "ol" : "ul",
    attributes,
    ...items.map((item) => element("li", {}, ...blocks(item.tokens))),
  );
}

function table({ header, rows, align }: Tokens.Table): PageNode {
  const cells = (tag: string, row: readonly Tokens.TableCell[]) =>
    element(
      "tr",
      {},
      ...row.map((cell, i) => element(tag, { class: align[i] ?? "left" }, ...inlines(cell.tokens))),
    );
  return element(
    "div",
    { class: "table", tabindex: "0" },
    element(
      "table",
      {},
      element("thead", {}, cells("th", header)),
      element("tbody", {}, ...rows.map((row) => cells("td", row))),
    ),
  );
}

import type { MarkedToken, Token, Tokens } from "marked";

/** Entities that models write for characters that Markdown would take for markup. */
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": " ",
};

/**
 * Characters that Feishu would take for markup in plain text: of tags, entities, emphasis, code, table
 * cells, links, pictures, and emojis by name.
 */
const MARKUP =
  /[<>|*`~]|&(?=#?\w+;)|!(?=\[)|\](?=\()|\\(?=[!-/:-@[-`{-~])|:(?=[A-Z]\w*:)|(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu;

/** Escapes a text so that Feishu shows it as it is (its page of the rich-text component: escapes). */
export function literal(text: string): string {
  return text.replaceAll(/&(?:lt|gt|amp|quot|nbsp|#39);/g, (entity) => ENTITIES[entity] ?? entity)
    .replaceAll(MARKUP, entity);
}

/** A character, escaped so that it is never markup. */
export function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** Code in which even a simple parser finds no mention. */
export function withoutMentions(code: string): string {
  return code.replaceAll(/<(?=\/?(?:at|person)\b)/gi, "<\u200b");
}

/** A span of code. */
export function codeSpan(code: string): string {
  const text = withoutMentions(code.replaceAll("\n", " "));
  if (!text.includes("`")) return `\`${text}\``;
  // Three marks would look like a fence, and `](` inside the code could be taken for a link or picture.
  const inner = text.replaceAll(/``+/g, ({ length }) => "'".repeat(length))
    .replaceAll("](", "]\u200b(");
  const pad = /^`|`$/.test(inner) ? " " : "";
  return `\`\`${pad}${inner}${pad}\`\``;
}

/**
 * The contents of a paragraph, heading or table cell, in Feishu's Markdown.
 *
 * @param around The types of the tokens around them.
 */
export function inlineMarkdown(
  tokens: readonly Token[] = [],
  around: readonly string[] = [],
): string {
  let out = "";
  /** Whether the output ends with a mark of emphasis, which needs a space before a letter. */
  let tight = false;
  for (const [i, token] of (tokens as readonly MarkedToken[]).entries()) {
    const [text, isStyled = false] = span(token, around, tokens[i - 1]?.raw, tokens[i + 1]?.raw);
    if (text === "") continue;
    if (isStyled ? /[^\s\p{P}\p{S}]$|[*~]$/u.test(out) : tight && /^[^\s\p{P}\p{S}]/u.test(text)) {
      out += " ";
    }
    // An exclamation mark before a link would make it a picture.
    if (out.endsWith("!") && text.startsWith("[")) out = out.slice(0, -1) + entity("!");
    out += text;
    tight = isStyled;
  }
  return out;
}

/** One token as text, and whether it ends with a mark of emphasis. */
function span(
  token: MarkedToken,
  around: readonly string[],
  before?: string,
  after?: string,
): [text: string, isStyled?: boolean] {
  const inLink = around.includes("link");
  switch (token.type) {
    case "strong":
    case "em":
    case "del": {
      if (!isMeant(token, before, after)) {
        const sign = literal(token.raw.slice(0, token.type === "strong" ? 2 : 1));
        return [sign + inlineMarkdown(token.tokens, around) + sign];
      }
      if (around.includes(token.type)) return [inlineMarkdown(token.tokens, around)];
      const inner = inlineMarkdown(token.tokens, [...around, token.type]).trim();
      return [`${MARKS[token.type]}${inner}${MARKS[token.type]}`, true];
    }
    case "codespan":
      return [codeSpan(token.text)];
    case "link":
      return [link(inlineMarkdown(token.tokens, [...around, "link"]), token, inLink)];
    case "image":
      // Feishu refuses a card with a picture that was not uploaded to it.
      return [link(literal(token.text.replaceAll("\n", " ")), token, inLink)];
    case "br":
      return ["\n"];
    case "html":
      return [/^<br\s*\/?>$/i.test(token.raw) ? "\n" : literal(token.raw)];
    case "escape":
      return [entity(token.text)];
    case "checkbox":
      return [""];
    default:
      return ["tokens" in token ? inlineMarkdown(token.tokens, around) : literal(token.raw)];
  }
}

const MARKS = { strong: "**", em: "*", del: "~~" } as const;

/** Whether the writer meant the emphasis that the parser found. */
function isMeant({ type, raw }: Tokens.Strong | Tokens.Em | Tokens.Del, before = "", after = "") {
  // A single tilde is a range or “about”, as in 3~5.
  if (type === "del") return raw.startsWith("~~");
  // A name, as in __init__.
  if (/^__\w+__$/.test(raw)) return false;
  // A product, as in 2*3*4.
  return !(raw.startsWith("*") && /\w$/.test(before) && /^\w/.test(after));
}

/** A link when a browser can open it; the path of a file is shown as code. */
function link(
  label: string,
  { href, title, text }: { href: string; title?: string | null; text: string },
  inLink: boolean,
): string {
  const more = title ? ` (${literal(title)})` : "";
  if (/^https?:\/\//i.test(href)) {
    if (href !== text && href !== `http://${text}`) {
      if (inLink) return `${label} (${literal(href)})${more}`;
      return `[${label.trim() || literal(href)}](${encode(href)})${more}`;
    }
    if (inLink) return literal(text);
    // The parser takes everything up to the next space, but an address ends where Chinese begins.
    const prefix = href.slice(0, href.length - text.length);
    return text.split(/((?:^|https?:\/\/)[!-~]+)/).map((part, i) =>
      i % 2 === 0 ? literal(part) : `[${literal(part)}](${encode(i === 1 ? prefix + part : part)})`
    ).join("");
  }
  const path = href.startsWith("data:") ? href.slice(0, 40) : href;
  if (label.trim() === "" || href === text) return codeSpan(path || text);
  const isShown = path === "" || text === `\`${href}\`` || href === `mailto:${text}`;
  return isShown ? label + more : `${label} (${codeSpan(path)})${more}`;
}

/** An address without the characters that end a link for Feishu. */
function encode(address: string): string {
  return address.replaceAll(
    /[^\w\-.~:/?#@!$&'+,;=%]/gu,
    (character) =>
      character < "\x80"
        ? `%${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`
        : encodeURIComponent(character),
  );
}

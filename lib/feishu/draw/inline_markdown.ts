import type { MarkedToken, Token, Tokens } from "marked";

/** Entities that models write for characters which Markdown would take for markup. */
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": " ",
};

/**
 * What Feishu would take for markup in plain text: tags, entities, emphasis, code, table cells, links and
 * pictures, emojis by name.
 */
const MARKUP =
  /[<>|*`~]|&(?=#?\w+;)|!(?=\[)|\](?=\()|\\(?=[!-/:-@[-`{-~])|:(?=[A-Z]\w*:)|(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu;

/** Text that Feishu shows as it is (its page of the rich-text component: escapes). */
export function literal(text: string): string {
  return text.replaceAll(/&(?:lt|gt|amp|quot|nbsp|#39);/g, (entity) => ENTITIES[entity] ?? entity)
    .replaceAll(MARKUP, entity);
}

/** A character that is no markup. */
export function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** Code in which no reader, however simple, finds a mention. */
export function withoutMentions(code: string): string {
  return code.replaceAll(/<(?=\/?(?:at|person)\b)/gi, "<\u200b");
}

/** A span of code. */
export function codeSpan(code: string): string {
  const text = withoutMentions(code.replaceAll("\n", " "));
  if (!text.includes("`")) return `\`${text}\``;
  // With three marks it would look like a fence, and behind the inner ones nobody must find a picture.
  const inner = text.replaceAll(/``+/g, ({ length }) => "'".repeat(length))
    .replaceAll("](", "]\u200b(");
  const pad = /^`|`$/.test(inner) ? " " : "";
  return `\`\`${pad}${inner}${pad}\`\``;
}

/**
 * The contents of a paragraph, heading or table cell, in Feishu's Markdown.
 *
 * @param around The types of what they stand in.
 */
export function inlineMarkdown(
  tokens: readonly Token[] = [],
  around: readonly string[] = [],
): string {
  let out = "";
  /** What was written last ends with a mark, and needs room to the next letter. */
  let tight = false;
  for (const [i, token] of (tokens as readonly MarkedToken[]).entries()) {
    const [text, isStyled = false] = span(token, around, tokens[i - 1]?.raw, tokens[i + 1]?.raw);
    if (text === "") continue;
    if (isStyled ? /[^\s\p{P}\p{S}]$|[*~]$/u.test(out) : tight && /^[^\s\p{P}\p{S}]/u.test(text)) {
      out += " ";
    }
    // Before a link it would make a picture.
    if (out.endsWith("!") && text.startsWith("[")) out = out.slice(0, -1) + entity("!");
    out += text;
    tight = isStyled;
  }
  return out;
}

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
      // Feishu refuses a whole card for a picture that is not its own.
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

/** Whether the writer wanted emphasis where the parser sees some. */
function isMeant({ type, raw }: Tokens.Strong | Tokens.Em | Tokens.Del, before = "", after = "") {
  // “From … to” or “about”, like 3~5.
  if (type === "del") return raw.startsWith("~~");
  // A name, like __init__.
  if (/^__\w+__$/.test(raw)) return false;
  // A product, like 2*3*4.
  return !(raw.startsWith("*") && /\w$/.test(before) && /^\w/.test(after));
}

/** A link where there is something to open; the path of a file is shown as code. */
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
    // The parser takes all up to the next space; an address ends where Chinese goes on.
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

/** An address without what ends a link for Feishu. */
function encode(address: string): string {
  return address.replaceAll(
    /[^\w\-.~:/?#@!$&'+,;=%]/gu,
    (character) =>
      character < "\x80"
        ? `%${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`
        : encodeURIComponent(character),
  );
}

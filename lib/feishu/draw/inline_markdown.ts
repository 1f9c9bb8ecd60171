import type { MarkedToken, Token, Tokens } from "marked";
import { escaped, type Form, literal, withoutMentions } from "./literal.ts";

/** A span of code. */
export function codeSpan(code: string): string {
  const text = withoutMentions(code.replaceAll("\n", " "));
  if (!text.includes("`")) return `\`${text}\``;
  // Three marks would look like a fence, and `](` inside the code could be taken for a link or picture.
  const inner = text.replaceAll(/``+/g, ({ length }) => "'".repeat(length))
    .replaceAll("](", "] (");
  const pad = /^`|`$/.test(inner) ? " " : "";
  return `\`\`${pad}${inner}${pad}\`\``;
}

/** Where inline tokens stand. */
export interface Inline {
  readonly form: Form;
  /** The types of the tokens around them. */
  readonly around?: readonly string[];
}

/** The contents of a paragraph, heading or table cell, in Feishu's Markdown. */
export function inlineMarkdown(tokens: readonly Token[] = [], inline: Inline): string {
  const pieces: string[] = [];
  let before: Piece = { text: "" };
  for (const [i, token] of (tokens as readonly MarkedToken[]).entries()) {
    const piece = span(token, inline, tokens[i - 1]?.raw, tokens[i + 1]?.raw);
    if (piece.text === "") continue;
    if (needsSpace(before, piece)) pieces.push(" ");
    // An exclamation mark before a link would make it a picture.
    if (before.text.endsWith("!") && piece.text.startsWith("[")) {
      pieces.push((pieces.pop() ?? "").slice(0, -1), escaped("!", inline.form));
    }
    pieces.push(piece.text);
    before = piece;
  }
  return pieces.join("");
}

/** A token as Feishu's Markdown. */
interface Piece {
  readonly text: string;
  /** What stands inside the marks of emphasis around it. */
  readonly styled?: string;
}

const isLetter = (character: string) => /^[^\s\p{P}\p{S}]$/u.test(character);
const isAsciiSign = (character: string) => /^[!-/:-@[-`{-~]$/.test(character);
const lastOf = (text: string) => [...text.slice(-2)].at(-1) ?? "";
const firstOf = (text: string) => [...text.slice(0, 2)].at(0) ?? "";

/**
 * Whether a mark of emphasis between two pieces is one for Feishu only behind a space: next to a letter, next
 * to another mark, and between a sign of ASCII and one of Chinese, which Feishu may take for a letter.
 */
function needsSpace(before: Piece, piece: Piece): boolean {
  if (piece.styled !== undefined) {
    const outside = lastOf(before.text);
    if (isLetter(outside) || /[*~]/.test(outside)) return true;
    return isForeignSign(outside) && isAsciiSign(firstOf(piece.styled));
  }
  if (before.styled === undefined) return false;
  const outside = firstOf(piece.text);
  return isLetter(outside) || isForeignSign(outside) && isAsciiSign(lastOf(before.styled));
}

function isForeignSign(character: string): boolean {
  return character > "\x7f" && !/\s/.test(character) && !isLetter(character);
}

/** One token as Feishu's Markdown. */
function span(token: MarkedToken, inline: Inline, before?: string, after?: string): Piece {
  const { form } = inline;
  switch (token.type) {
    case "strong":
    case "em":
    case "del":
      return emphasis(token, inline, isMeant(token, before, after));
    case "codespan":
      return { text: codeSpan(token.text) };
    case "link": {
      const label = inlineMarkdown(token.tokens, within(inline, "link")).replaceAll("\n", " ");
      return { text: link(label, token, inline) };
    }
    case "image":
      // Feishu refuses a card with a picture that was not uploaded to it.
      return { text: link(literal(token.text.replaceAll("\n", " "), form), token, inline) };
    case "br":
      return { text: "\n" };
    case "html":
      return { text: /^<br\s*\/?>$/i.test(token.raw) ? "\n" : literal(token.raw, form) };
    case "escape":
      return { text: escapedSign(token.text, form) };
    case "checkbox":
      return { text: "" };
    default:
      return {
        text: "tokens" in token ? inlineMarkdown(token.tokens, inline) : literal(token.raw, form),
      };
  }
}

/** A sign behind a backslash. A post cannot show every `<`, since what follows is not known here. */
function escapedSign(sign: string, form: Form): string {
  return sign === "<" && form === "post" ? "‹" : escaped(sign, form);
}

function within({ form, around = [] }: Inline, type: string): Inline {
  return { form, around: [...around, type] };
}

function emphasis(
  token: Tokens.Strong | Tokens.Em | Tokens.Del,
  inline: Inline,
  isMeant: boolean,
): Piece {
  const { type, raw, tokens } = token;
  if (!isMeant) {
    const sign = literal(raw.slice(0, type === "strong" ? 2 : 1), inline.form);
    return { text: sign + inlineMarkdown(tokens, inline) + sign };
  }
  if (inline.around?.includes(type)) return { text: inlineMarkdown(tokens, inline) };
  const inner = inlineMarkdown(tokens, within(inline, type)).trim();
  // Marks hold no longer than a line.
  const mark = MARKS[type];
  const styled = (line: string) => line.trim() === "" ? line : `${mark}${line.trim()}${mark}`;
  const text = inner.split("\n").map(styled).join("\n");
  if (inner === "") return { text: literal(raw, inline.form) };
  return { text, styled: inner.replaceAll(/^[*~]+|[*~]+$/g, "") };
}

const MARKS = { strong: "**", em: "*", del: "~~" } as const;

/** Whether the writer meant the emphasis that the parser found. */
function isMeant({ type, raw }: Tokens.Strong | Tokens.Em | Tokens.Del, before = "", after = "") {
  // A single tilde is a range or “about”, as in 3~5.
  if (type === "del") return raw.startsWith("~~");
  // A name, as in __init__.
  if (/^__\w+__$/.test(raw)) return false;
  // A product, as in 2*3*4.
  return !(raw.startsWith("*") && /\w$/.test(before.slice(-1)) && /^\w/.test(after));
}

/** A link when a browser can open it; the path of a file is shown as code. */
function link(
  label: string,
  { href, title, text }: { href: string; title?: string | null; text: string },
  { form, around }: Inline,
): string {
  const inLink = around?.includes("link");
  const more = title ? ` (${literal(title, form)})` : "";
  if (/^https?:\/\//i.test(href)) {
    if (href !== text && href !== `http://${text}`) {
      if (inLink) return `${label} (${literal(href, form)})${more}`;
      return `[${label.trim() || literal(href, form)}](${encode(href)})${more}`;
    }
    if (inLink) return literal(text, form);
    // An address ends where Chinese begins.
    const prefix = href.slice(0, href.length - text.length);
    return text.split(/((?:^|https?:\/\/)[!-~]+)/).map((part, i) =>
      i % 2 === 0
        ? literal(part, form)
        : `[${literal(part, form)}](${encode(i === 1 ? prefix + part : part)})`
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

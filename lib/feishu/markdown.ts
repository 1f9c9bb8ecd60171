/**
 * The model's Markdown, in the dialect that Feishu's cards and posts take. Pure.
 * What they take and refuse: Feishu's pages of the rich-text component, card JSON 2.0.
 */

/** Escape sequences of terminals: an escape character, and what it commands. */
const ANSI = /(?![\n\t])\p{Cc}(?:\[[0-9;?]*[ -/]*[@-~]|\][^\p{Cc}]*(?:\p{Cc}\\?)?|[()][A-Z0-9])/gu;
const CONTROL = /(?![\n\t])\p{Cc}/gu;

/** Text without terminal escapes, control characters and halves of surrogate pairs. */
export function plainText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(ANSI, "").replace(CONTROL, "").toWellFormed();
}

/** A line that opens a fenced code block, at any indentation, also behind a list marker. */
const OPENING = /^(\s*(?:(?:[-*+]|\d+[.)])\s+)?)(`{3,}|~{3,})([^`]*)$/;
const CLOSING = /^\s*(`{3,}|~{3,})\s*$/;

/** A piece of Markdown: inside a fence, or not. Code has its fences as first and last line. */
interface Section {
  readonly code: boolean;
  readonly lines: readonly string[];
  /** The fence had no end; it was added. */
  readonly unclosed?: boolean;
}

/**
 * Cuts Markdown at its fences, and brings those to the left margin, where alone Feishu knows them. A
 * fence that is still open at the end is closed.
 */
function sections(markdown: string): Section[] {
  const found: Section[] = [];
  let lines: string[] = [];
  let open: { marks: string; indent: number } | undefined;
  const next = (section: Omit<Section, "lines">) => {
    if (lines.length > 0) found.push({ ...section, lines });
    lines = [];
  };
  for (const line of markdown.split("\n")) {
    if (open === undefined) {
      const [, before = "", marks = "", info = ""] = OPENING.exec(line) ?? [];
      if (marks === "") {
        lines.push(line);
        continue;
      }
      if (before.trim() !== "") lines.push(before.trimEnd());
      next({ code: false });
      open = { marks, indent: before.length };
      lines.push("```" + (info.trim().split(/\s+/)[0] ?? "").toLowerCase().slice(0, 20));
    } else {
      const [, marks = ""] = CLOSING.exec(line) ?? [];
      if (marks.startsWith(open.marks)) {
        open = undefined;
        lines.push("```");
        next({ code: true });
      } else {
        const indent = Math.min(open.indent, line.length - line.trimStart().length);
        // A fence of three inside a longer one would end ours.
        lines.push(line.slice(indent).replace(/^(\s*)```/, "$1'''"));
      }
    }
  }
  if (open !== undefined) {
    lines.push("```");
    next({ code: true, unclosed: true });
  } else next({ code: false });
  return found;
}

/** Tables that one card may have; Feishu refuses a card with more than five. */
const TABLES = 4;

/**
 * Markdown that a card shows as it was meant, and that never mentions, embeds or styles anything
 * on its own: `<` starts a tag for Feishu, so it is escaped outside of code.
 */
export function toFeishu(markdown: string): string {
  let tables = 0;
  return sections(plainText(markdown)).flatMap((section) =>
    section.code ? [section] : sections(fenceTables(section.lines, () => tables++ < TABLES))
  ).map(({ code, lines }) => code ? lines.join("\n") : convertProse(lines.join("\n"))).join("\n");
}

const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** Puts tables for which there is no room into fences, where they stay readable. */
function fenceTables(lines: readonly string[], hasRoom: () => boolean): string {
  const out: string[] = [];
  const isRow = (i: number) => lines[i]?.includes("|") ?? false;
  for (let i = 0; i < lines.length;) {
    const begins = isRow(i) && isRow(i + 1) && TABLE_RULE.test(lines[i + 1] ?? "");
    let end = i + 1;
    while (begins && isRow(end)) end++;
    const rows = lines.slice(i, end);
    out.push(...(begins && !hasRoom() ? ["```", ...rows, "```"] : rows));
    i = end;
  }
  return out.join("\n");
}

/** A code span: equal runs of backticks within one paragraph. */
const CODE_SPAN = /(?<![`\\])(`+)(?!`)((?:(?!\n\s*\n)[^])*?)(?<!`)\1(?!`)/g;

function convertProse(text: string): string {
  let out = "";
  let at = 0;
  for (const match of text.matchAll(CODE_SPAN)) {
    // Whether a reader of Markdown takes this for code or not, it never becomes a mention.
    const span = match[0].replaceAll(/<(?=\/?(?:at|person)\b)/gi, "<\u200b");
    out += convertText(text.slice(at, match.index)) + span;
    at = match.index + match[0].length;
  }
  return out + convertText(text.slice(at));
}

function convertText(text: string): string {
  return text
    .replaceAll(/&(?=#?\w+;)/g, "&#38;")
    // Feishu refuses a whole card for a picture that is not its own.
    .replaceAll(
      /!\[([^\][]*)\]\(([^)\s]*)[^)]*\)/g,
      (_, alt: string, url: string) =>
        /^https?:/.test(url) ? `[${alt.trim() || url}](${url})` : alt.trim() || url,
    )
    .replaceAll("![", "&#33;[")
    .replaceAll("<", "&#60;")
    .replaceAll(/(?<!^ {0,3}(?:> ?)*)>/gm, "&#62;");
}

/**
 * The end of a Markdown text, at most `max` characters, from the beginning of a line where that is not
 * too far. A fence that is cut is opened again.
 */
export function lastPart(markdown: string, max: number): string {
  if (markdown.length <= max) return markdown;
  const start = markdown.length - max;
  const newline = markdown.indexOf("\n", start);
  const at = newline === -1 || newline - start > max / 2 ? start : newline + 1;
  const before = sections(markdown.slice(0, at)).at(-1);
  const rest = markdown.slice(at).toWellFormed();
  return before?.unclosed ? `${before.lines[0]}\n${rest}` : rest;
}

/**
 * Bytes of converted Markdown that leave room for the rest of a card or post within their 30 KB.
 * Conversion makes text longer, and Feishu counts the JSON's UTF-8.
 */
const MESSAGE_BYTES = 18_000;

/** Cuts an answer into as many messages as it takes: each of at most `max` characters, and not too large. */
export function splitAnswer(markdown: string, max: number): string[] {
  return splitMarkdown(markdown, max).flatMap((piece) => {
    const bytes = new TextEncoder().encode(JSON.stringify(toFeishu(piece))).length;
    return bytes <= MESSAGE_BYTES || piece.length < 100
      ? [piece]
      : splitAnswer(piece, Math.ceil(piece.length / 2));
  });
}

/**
 * Cuts Markdown into pieces of at most `max` characters, between paragraphs where it can, else
 * between lines, else anywhere. A fence that is cut is closed, and opened again in the next piece.
 * Nothing is left out.
 */
export function splitMarkdown(markdown: string, max: number): string[] {
  if (markdown.length <= max) return [markdown];
  const pieces: string[] = [];
  let piece = "";
  const flush = () => {
    if (piece.trim() !== "") pieces.push(piece.replace(/\n+$/, ""));
    piece = "";
  };
  for (const { code, lines } of sections(markdown)) {
    const head = code ? lines[0] ?? "```" : "";
    const body = code ? lines.slice(1, -1) : lines;
    if (code) {
      if (piece.length + lines.join("\n").length + 1 > max && piece.length > max / 2) flush();
      piece += head + "\n";
    }
    const room = max - (code ? 4 : 0);
    for (const line of body) {
      for (const part of cut(line, Math.max(max - head.length - 6, 1))) {
        const paragraphEnds = !code && part === "" && piece.length > max * 0.8;
        if (piece.length + part.length + 1 > room || paragraphEnds) {
          if (code) piece += "```";
          flush();
          if (code) piece = head + "\n";
        }
        piece += part + "\n";
      }
    }
    if (code) piece += "```\n";
  }
  flush();
  return pieces;
}

function cut(line: string, max: number): string[] {
  if (line.length <= max) return [line];
  const parts: string[] = [];
  for (let at = 0; at < line.length;) {
    let end = Math.min(at + max, line.length);
    // Never between the halves of a surrogate pair.
    if (end < line.length && end - at > 1 && /[\ud800-\udbff]/.test(line.charAt(end - 1))) end--;
    parts.push(line.slice(at, end));
    at = end;
  }
  return parts;
}

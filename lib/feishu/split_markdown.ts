import { toFeishu } from "./markdown.ts";
import { parseBlocks } from "./markdown_lexer.ts";

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
 * Cuts Markdown into pieces of at most `max` characters: between blocks where it can, else between
 * lines, else anywhere. Code and tables that are cut begin again in the next piece. Nothing is left out.
 */
export function splitMarkdown(markdown: string, max: number): string[] {
  if (markdown.length <= max) return [markdown];
  const pieces: string[] = [];
  let piece = "";
  const flush = () => {
    if (piece.trim() !== "") pieces.push(piece.trimEnd());
    piece = "";
  };
  for (const { type, raw } of parseBlocks(markdown)) {
    if (piece.length + raw.length > max && (raw.length <= max || piece.length > max / 2)) flush();
    if (piece.length + raw.length <= max) {
      piece += raw;
      continue;
    }
    const parts = cutBlock(type, raw, max, max - piece.length);
    parts.forEach((part, i) => {
      if (i > 0) flush();
      piece += part;
    });
  }
  flush();
  return pieces;
}

/** A line that opens a code fence, at any indentation, also behind a list marker. */
const OPENING = /^\s*(?:(?:[-*+]|\d+[.)])\s+)*(`{3,}|~{3,})(?!.*`)(.*)$/;
const CLOSING = /^\s*(`{3,}|~{3,})\s*$/;
/** A fence's first line that is longer does not name a language. */
const LONGEST_OPENING = 60;

/** Follows which fence is open from line to line. */
class Fences {
  /** What opens the fence again that is open now. */
  open: string | undefined;
  marks = "";

  next(line: string): void {
    if (this.open === undefined) {
      const [, marks = "", info = ""] = OPENING.exec(line) ?? [];
      if (marks === "" || marks.length + info.length > LONGEST_OPENING) return;
      this.marks = marks;
      this.open = marks + info;
    } else if (CLOSING.exec(line)?.[1]?.startsWith(this.marks)) {
      this.open = undefined;
    }
  }
}

/** Cuts a block between its lines; the first part is at most `room` characters long, the others `max`. */
function cutBlock(type: string, raw: string, max: number, room: number): string[] {
  const parts: string[] = [];
  const fences = new Fences();
  const lines = raw.split("\n");
  const titles = type === "table" ? `${lines[0]}\n${lines[1]}\n` : "";
  const head = titles.length > max / 3 ? "" : titles;
  let part = "";
  /** Spaces that the lines of this part have too many, as the list item that they belong to was cut off. */
  let indent = 0;
  for (const [i, line] of lines.entries()) {
    const before = fences.open;
    fences.next(line);
    const close = fences.open === undefined ? 0 : fences.marks.length + 1;
    for (const text of cutLine(line, Math.max(max - head.length - LONGEST_OPENING - 10, 1))) {
      if (part.length + text.length + 1 + close > room) {
        parts.push(before === undefined ? part : `${part}${fences.marks}\n`);
        part = before === undefined ? i > 1 ? head : "" : `${before}\n`;
        indent = before === undefined ? text.length - text.trimStart().length : 0;
        room = max;
      }
      const spaces = Math.min(indent, text.length - text.trimStart().length);
      part += `${text.slice(spaces)}\n`;
    }
  }
  return [...parts, raw.endsWith("\n") ? part : part.slice(0, -1)];
}

function cutLine(line: string, max: number): string[] {
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

/** How far before its beginning, in characters, the end of a text is searched for what it goes on with. */
export const LOOK_BACK = 16_000;

/**
 * The end of a Markdown text, at most `max` characters, from the beginning of a line where that is not
 * too far. A fence that is cut is opened again. Costs the same however long the text is.
 */
export function lastPart(markdown: string, max: number): string {
  if (markdown.length <= max) return markdown;
  const start = markdown.length - max;
  const newline = markdown.indexOf("\n", start);
  const at = newline === -1 || newline - start > max / 2 ? start : newline + 1;
  const fences = new Fences();
  const before = markdown.slice(Math.max(at - LOOK_BACK, 0), at);
  for (const line of before.split("\n")) fences.next(line);
  const rest = markdown.slice(at).toWellFormed();
  return fences.open === undefined ? rest : `${fences.open}\n${rest}`;
}

import { parseBlocks } from "./markdown_lexer.ts";

/**
 * Cuts Markdown into pieces of at most `max` characters: between blocks if possible, otherwise between
 * lines, otherwise anywhere. A code fence or table that is cut is opened again in the next piece.
 * Nothing is lost.
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
    const cuts = cutBlock(type, raw, max, max - piece.length);
    cuts.forEach((cut, i) => {
      if (i > 0) flush();
      piece += cut;
    });
  }
  flush();
  return pieces;
}

/** A line that opens a code fence, at any indentation, possibly after a list marker. */
const OPENING = /^\s*(?:(?:[-*+]|\d+[.)])\s+)*(`{3,}|~{3,})(?!.*`)(.*)$/;
const CLOSING = /^\s*(`{3,}|~{3,})\s*$/;
/** The longest opening line, in characters, that can be the language of a fence. */
const LONGEST_OPENING = 60;

const MARKS = /^(?:`+|~+)/;

/** The opening line of the fence that is open after `line`; `open` is that before it. */
function fenceAfter(open: string | undefined, line: string): string | undefined {
  if (open !== undefined) {
    const [marks = ""] = MARKS.exec(open) ?? [];
    return CLOSING.exec(line)?.[1]?.startsWith(marks) ? undefined : open;
  }
  const [, marks, info] = OPENING.exec(line) ?? [];
  const opening = `${marks ?? ""}${info ?? ""}`;
  return opening === "" || opening.length > LONGEST_OPENING ? undefined : opening;
}

/** Cuts a block between its lines. The first piece has at most `room` characters, the others `max`. */
function cutBlock(type: string, raw: string, max: number, room: number): string[] {
  const pieces: string[] = [];
  const lines = raw.split("\n");
  const titles = type === "table" ? `${lines[0]}\n${lines[1]}\n` : "";
  const head = titles.length > max / 3 ? "" : titles;
  let piece = "";
  let open: string | undefined;
  /** The indentation to remove from the lines of this piece, whose list item was cut off. */
  let indent = 0;
  for (const [i, line] of lines.entries()) {
    const before = open;
    open = fenceAfter(open, line);
    const [marks = ""] = MARKS.exec(open ?? before ?? "") ?? [];
    const close = open === undefined ? 0 : marks.length + 1;
    for (const text of cutLine(line, Math.max(max - head.length - LONGEST_OPENING - 10, 2))) {
      if (piece.length + text.length + 1 + close > room) {
        pieces.push(before === undefined ? piece : `${piece}${marks}\n`);
        piece = before === undefined ? i > 1 ? head : "" : `${before}\n`;
        indent = before === undefined ? text.length - text.trimStart().length : 0;
        room = max;
      }
      const spaces = Math.min(indent, text.length - text.trimStart().length);
      piece += `${text.slice(spaces)}\n`;
    }
  }
  return [...pieces, raw.endsWith("\n") ? piece : piece.slice(0, -1)];
}

/** Cuts a line into pieces of at most `max` characters, never inside a surrogate pair. */
function cutLine(line: string, max: number): string[] {
  if (line.length <= max) return [line];
  return line.match(new RegExp(`.{1,${max}}(?![\\udc00-\\udfff])`, "gs")) ?? [line];
}

/** How many characters before the cut are searched for a fence that is still open. */
export const LOOK_BACK = 16_000;

/**
 * The last `max` characters of a Markdown text, from the start of a line if one is near. A fence that is
 * cut is opened again. The cost does not depend on the length of the text.
 */
export function lastPart(markdown: string, max: number): string {
  if (markdown.length <= max) return markdown;
  const start = markdown.length - max;
  const newline = markdown.indexOf("\n", start);
  const at = newline === -1 || newline - start > max / 2 ? start : newline + 1;
  const before = markdown.slice(Math.max(at - LOOK_BACK, 0), at);
  const open = before.split("\n").reduce(fenceAfter, undefined);
  const rest = markdown.slice(at).toWellFormed();
  return open === undefined ? rest : `${open}\n${rest}`;
}

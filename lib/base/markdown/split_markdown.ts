import { closed, type Fence, fenceAfter, Outdent, reopened, REOPENING } from "./fences.ts";
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

/** Cuts a block between its lines. The first piece has at most `room` characters, the others `max`. */
function cutBlock(type: string, raw: string, max: number, room: number): string[] {
  const pieces: string[] = [];
  const lines = raw.split("\n");
  const titles = type === "table" ? `${lines[0]}\n${lines[1]}\n` : "";
  const head = titles.length > max / 3 ? "" : titles;
  let piece = "";
  let open: Fence | undefined;
  let outdent = new Outdent(0);
  for (const [i, line] of lines.entries()) {
    const before = open;
    open = fenceAfter(open, line);
    const close = open === undefined ? 0 : closed(open).length + 1;
    const texts = cutLine(line, Math.max(max - head.length - REOPENING - close, 2));
    for (const [n, text] of texts.entries()) {
      if (piece.length + text.length + 1 + close > room) {
        pieces.push(
          before === undefined ? piece : `${piece}${outdent.line(closed(before), true)}\n`,
        );
        piece = before === undefined ? i > 1 ? head : "" : `${reopened(before)}\n`;
        // The line of the list item was cut off.
        const isInside = type === "list" || type === "blockquote";
        outdent = !isInside
          ? new Outdent(0)
          : before === undefined
          ? Outdent.at(line, n === 0)
          : new Outdent(before.indent, before.quote);
        room = max;
      }
      piece += `${n === 0 ? outdent.line(text, before !== undefined) : text}\n`;
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
 * cut is opened again, and what was in a list is at the margin. The cost does not depend on the length of
 * the text.
 */
export function lastPart(markdown: string, max: number): string {
  if (markdown.length <= max) return markdown;
  const start = markdown.length - max;
  const newline = markdown.indexOf("\n", start);
  const at = newline === -1 || newline - start > max / 2 ? start : newline + 1;
  const before = markdown.slice(Math.max(at - LOOK_BACK, 0), at).split("\n");
  const isWhole = before.pop() === "";
  const rest = markdown.slice(at).toWellFormed();
  let open = before.reduce(fenceAfter, undefined as Fence | undefined);
  const beginning = open === undefined ? "" : `${reopened(open)}\n`;
  const outdent = open !== undefined
    ? new Outdent(open.indent, open.quote)
    : isWhole && isInList(before)
    ? Outdent.at(rest.split("\n", 1)[0] ?? "", true)
    : new Outdent(0);
  const lines = rest.split("\n").map((line) => {
    const isCode = open !== undefined;
    open = fenceAfter(open, line);
    return outdent.line(line, isCode);
  });
  return beginning + lines.join("\n");
}

/** Whether what follows some lines, when it is indented, belongs to a list, perhaps one in a quote. */
function isInList(lines: readonly string[]): boolean {
  const outer = lines.map((line) => line.replace(/^(?:[ \t]*>)+ ?/, ""))
    .findLast((line) => line.trim() !== "" && !/^[ \t]/.test(line)) ?? "";
  return /^(?:[-*+]|\d{1,9}[.)])[ \t]/.test(outer);
}

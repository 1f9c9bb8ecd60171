import { ANSI } from "../ansi.ts";
import type { Span } from "../span.ts";

/** A way to read a text. */
export interface Decoding {
  readonly text: string;
  /** Where a part of it that is not empty stands in the text as it was written. */
  source(span: Span): Span;
}

/** How many encodings inside each other are read. */
const MAX_LEVELS = 3;

/**
 * The ways in which a text may be read: as it is written; without what does not show; and with the escapes
 * of JSON, URLs, HTML, Markdown and shells decoded, even those inside each other. A secret may stand in
 * any of them. The time is proportional to the length.
 *
 * @param isGrowing Whether the text may end in the middle of an escape.
 */
export function decodings(text: string, isGrowing = false): readonly Decoding[] {
  const all: Decoding[] = [{ text, source: (span) => span }];
  for (let level = 0; level < MAX_LEVELS; level++) {
    const outer = all.at(-1);
    const inner = outer && decode(outer, isGrowing);
    if (inner === undefined) break;
    all.push(inner);
  }
  return all;
}

/** What does not show. Lines and tabs do. */
const INVISIBLE = `${ANSI}|(?![\\n\\r\\t])\\p{Cc}|\\p{Default_Ignorable_Code_Point}`;
const HEX = "[\\da-fA-F]";
const ESCAPE = [
  `\\\\u${HEX}{4}`,
  `\\\\u\\{${HEX}{1,6}\\}`,
  `\\\\x${HEX}{2}`,
  "\\\\033",
  "\\\\[!-/:-@\\[-`{-~abefnrtv]",
  `%[0-7]${HEX}`,
  `%[c-fC-F]${HEX}(?:%[89abAB]${HEX}){1,3}`,
  "&(?:amp|lt|gt|quot|apos|nbsp|#\\d{1,6}|#[xX][\\da-fA-F]{1,5});",
  // A colour whose escape character got lost.
  "\\[\\d{1,3}(?:;\\d{1,3}){0,5}m",
].join("|");
/** The beginning of an escape at the end of a text. */
const CUT =
  `(?:\\\\(?:u${HEX}{0,3}|u\\{${HEX}{0,6}|x${HEX}?|0?3?)|%${HEX}?|&#?\\w{0,6}|\\p{Cc}\\[[\\d;]*)$`;

const ENCODED = new RegExp(`${INVISIBLE}|${ESCAPE}`, "gu");
const ENCODED_OR_CUT = new RegExp(`${CUT}|${INVISIBLE}|${ESCAPE}`, "gu");

/** Decodes one level; `undefined` when nothing is encoded. */
function decode(outer: Decoding, isGrowing: boolean): Decoding | undefined {
  /** Where each escape begins in the result and in the source, and how long it is there. */
  const starts: number[] = [];
  const lengths: number[] = [];
  const froms: number[] = [];
  const widths: number[] = [];
  let shorter = 0;
  const text = outer.text.replace(isGrowing ? ENCODED_OR_CUT : ENCODED, (code, at: number) => {
    const decoded = meaning(code);
    starts.push(at - shorter);
    lengths.push(decoded.length);
    froms.push(at);
    widths.push(code.length);
    shorter += code.length - decoded.length;
    return decoded;
  });
  if (starts.length === 0) return undefined;
  /** The place in the source of the first or last character of a part. */
  const place = (at: number): Span => {
    const i = lastAtMost(starts, at);
    const [start = 0, length = 0, from = 0, width = 0] = [
      starts[i],
      lengths[i],
      froms[i],
      widths[i],
    ];
    if (at < start) return [at, at + 1];
    if (at < start + length) return [from, from + width];
    const after = from + width + at - start - length;
    return [after, after + 1];
  };
  return { text, source: ([from, to]) => outer.source([place(from)[0], place(to - 1)[1]]) };
}

const NAMED: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&nbsp;": " ",
  "\\033": "\x1b",
  "\\e": "\x1b",
  "\\n": "\n",
  "\\r": "\n",
  "\\t": "\t",
  "\\a": " ",
  "\\b": " ",
  "\\f": " ",
  "\\v": " ",
};

/** What an escape stands for; empty for what does not show. */
function meaning(code: string): string {
  const named = NAMED[code];
  if (named !== undefined) return named;
  if (code.length === 1) return "";
  switch (code.charAt(0)) {
    case "\\":
      if (/^\\[!-~]$/.test(code)) return /[ux0]/.test(code) ? "" : code.charAt(1);
      return character(code.replaceAll(/^\\[ux]\{?|\}$/g, ""), 16);
    case "%":
      return percentDecoded(code);
    case "&":
      return /[xX]/.test(code)
        ? character(code.slice(3, -1), 16)
        : character(code.slice(2, -1), 10);
    case "[":
      return " ";
    default:
      return "";
  }
}

function character(digits: string, radix: number): string {
  const code = parseInt(digits, radix);
  return code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

function percentDecoded(code: string): string {
  try {
    return decodeURIComponent(code);
  } catch {
    return "";
  }
}

/** The place of the last of some ascending numbers that is at most `limit`. */
function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((numbers[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

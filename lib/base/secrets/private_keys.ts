import { endOf, type Span } from "../span.ts";

/** RFC 7468 §2, also for OpenPGP (RFC 9580 §6.2). */
const MARK = /-----(BEGIN|END) (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** Headers that older keys have before their lines (RFC 1421 §4.6). */
const HEADERS = /(?:\s{0,4}[A-Z][\w-]{1,30}: [^\n]{1,200}\n)*/y;
/** What may stand between lines: they may be quoted, indented, numbered, or joined by `\n`. */
const BETWEEN = `(?:[\\s>|+"',]|\\\\[nr]|(?<=\\n[ \\t]{0,8})\\d{1,6}[|:\\t ])*`;
const LINES = new RegExp(`(?:${BETWEEN}[A-Za-z0-9+/=]{32,})+`, "y");
const LAST_LINE = new RegExp(
  `${BETWEEN}([A-Za-z0-9+/=]{1,76})(?=["',]{0,2}[ \\t]*(?:\\\\[nr]|[\\r\\n]|$))`,
  "y",
);
const BASE64 = /[A-Za-z0-9+/]{16}/;

/**
 * Finds the private keys in a text, even those whose end is missing. The time is proportional to the length.
 */
export function findPrivateKeys(text: string, isGrowing = false): Span[] {
  const marks = [...text.matchAll(MARK)];
  return marks.flatMap(({ 0: mark, 1: kind, index }, i): Span[] => {
    if (kind !== "BEGIN") return [];
    const from = index + mark.length;
    const next = marks[i + 1];
    const to = next?.[1] === "END" ? next.index : endOfLines(text, from, isGrowing);
    const isCut = isGrowing && to === text.length;
    return isCut || BASE64.test(text.slice(from, to)) ? [[from, to]] : [];
  });
}

/** Where the lines of a key end that has no end mark. */
function endOfLines(text: string, from: number, isGrowing: boolean): number {
  const start = endOf(HEADERS, text, from);
  const end = endOf(LINES, text, start);
  LAST_LINE.lastIndex = end;
  const [, last = ""] = LAST_LINE.exec(text) ?? [];
  const isLast = isGrowing && LAST_LINE.lastIndex === text.length ||
    end > start && /[\d+/=]|[a-z][A-Z]/.test(last);
  return last !== "" && isLast ? LAST_LINE.lastIndex : end === start ? from : end;
}

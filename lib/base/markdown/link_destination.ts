/** Where links of Markdown lead. */
import { endOf } from "../span.ts";

/** Where a link leads, and where that ends in the source. */
export interface Destination {
  readonly href: string;
  readonly title: string | null;
  readonly end: number;
}

/** Reads `(address "title")`, as it stands behind the text of a link. */
export function readDestination(source: string, at: number): Destination | undefined {
  if (source.charAt(at) !== "(") return undefined;
  const [from, to, end] = readAddress(source, skipSpace(source, at + 1)) ?? [];
  if (from === undefined || to === undefined || end === undefined) return undefined;
  const next = skipSpace(source, end);
  TITLE.lastIndex = next;
  const [title] = next > end ? TITLE.exec(source) ?? [] : [];
  const close = title === undefined ? next : skipSpace(source, next + title.length);
  if (source.charAt(close) !== ")") return undefined;
  return {
    href: unescaped(source.slice(from, to)),
    title: title === undefined ? null : unescaped(title.slice(1, -1)),
    end: close + 1,
  };
}

const TITLE = /"[^"]*"|'[^']*'|\([^()]*\)/y;
const SPACE = /[ \t]*\n?[ \t]*/y;

const skipSpace = (source: string, at: number) => endOf(SPACE, source, at);

const BRACKETED = /<([^<>\n]*)>/y;
const CHUNK = /(?:[^\s()\\]|\\.)*/y;
/** How deep parentheses may nest in an address (CommonMark asks for three at least). */
const MAX_PARENTHESES = 32;

/** An address at an offset: where it begins and ends, and where what follows begins. */
function readAddress(
  source: string,
  at: number,
): readonly [from: number, to: number, end: number] | undefined {
  BRACKETED.lastIndex = at;
  const [bracketed] = BRACKETED.exec(source) ?? [];
  if (bracketed !== undefined) {
    const end = at + bracketed.length;
    return [at + 1, end - 1, end];
  }
  let open = 0;
  for (let place = at;; place++) {
    CHUNK.lastIndex = place;
    CHUNK.test(source);
    place = CHUNK.lastIndex;
    const next = source.charAt(place);
    if (next === "(" && open < MAX_PARENTHESES) open++;
    else if (next === ")" && open > 0) open--;
    else return open === 0 && next !== "(" ? [at, place, place] : undefined;
  }
}

/** A text without the backslashes before its signs. */
export function unescaped(text: string): string {
  return text.replaceAll(/\\([!-/:-@[-`{-~])/g, "$1");
}

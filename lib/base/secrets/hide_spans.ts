import { decodings } from "./decodings.ts";
import type { Span } from "../span.ts";

/** Commands for colours. Their last letter would be taken for the beginning of the word behind them. */
const COLOURS = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;:]{0,40}m`, "g");

function withoutColours(text: string): string {
  return text.replace(COLOURS, ({ length }) => " ".repeat(length));
}

/** What is searched for in a text. */
interface Search {
  /** Where secrets stand in a text. */
  readonly find: (text: string) => readonly Span[];
  /** Whether the text may end in the middle of something. */
  readonly isGrowing?: boolean;
  /** Where the part begins that is returned; what is before it is only searched. */
  readonly from?: number;
}

/**
 * Replaces secrets in a text with `***`. They are searched for in all the ways in which the text may be
 * read, see {@linkcode decodings}. What is no secret stays as it is written.
 */
export function hideSpans(text: string, { find, isGrowing = false, from = 0 }: Search): string {
  const spans: Span[] = [];
  for (const decoding of decodings(text, isGrowing)) {
    for (const span of find(withoutColours(decoding.text))) {
      if (span[0] < span[1]) spans.push(decoding.source(span));
    }
  }
  spans.sort(([a], [b]) => a - b);
  let clean = "";
  let copied = from;
  for (let i = 0; i < spans.length;) {
    const [start = 0, first = 0] = spans[i] ?? [];
    let end = first;
    for (i++; i < spans.length && (spans[i]?.[0] ?? 0) <= end; i++) {
      end = Math.max(end, spans[i]?.[1] ?? 0);
    }
    if (end <= from) continue;
    clean += `${text.slice(copied, Math.max(start, copied))}***`;
    copied = end;
  }
  return clean + text.slice(copied);
}

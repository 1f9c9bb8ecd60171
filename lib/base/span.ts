/** A part of a text, from one offset to before another. */
export type Span = readonly [from: number, to: number];

/** Where a pattern with the flag `g` matches. */
export function spansOf(pattern: RegExp, text: string): Span[] {
  return text.matchAll(pattern).map(({ 0: { length }, index }): Span => [index, index + length])
    .toArray();
}

/** The end of what a sticky pattern matches from an offset on; the offset if it does not match there. */
export function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}

/** A part of a text, from one offset to before another. */
export type Span = readonly [from: number, to: number];

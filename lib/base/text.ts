import { redact } from "./secrets/redact.ts";

/** Shortens a text to at most `max` characters; `…` marks the cut. */
export function clip(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1).toWellFormed()}…` : text;
}

/** Shortens a text to one line of at most `max` characters. */
export function clipLine(text: string, max = 100): string {
  return clip(text.replaceAll(/\s+/g, " ").trim(), max);
}

/** A text without the blank lines around it. The indentation of its first line stays. */
export function trimLines(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
}

/** Cuts a text into pieces of at most `max` characters. No surrogate pair is cut. */
export function cutText(text: string, max: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const to = pairStart(text, from + max);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

/** An offset, or the one before it if the offset is inside a surrogate pair. */
export function pairStart(text: string, at: number): number {
  return /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(at - 1, at + 1)) ? at - 1 : at;
}

/** A block of code, between marks that are longer than any inside. */
export function fenced(code: string, language = ""): string {
  const longest = (code.match(/`{3,}/g) ?? []).reduce(
    (most, { length }) => Math.max(most, length),
    2,
  );
  const marks = "`".repeat(longest + 1);
  return `${marks}${language}\n${code}\n${marks}`;
}

/**
 * Like {@linkcode clipLine}, with secrets hidden. They are hidden first, because half a key would not be
 * recognised.
 */
export function summaryLine(text: string, max = 100): string {
  return clipLine(redact(text), max);
}

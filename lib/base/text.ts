import { redact } from "./redact.ts";

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

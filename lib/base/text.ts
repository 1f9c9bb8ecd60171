import { redact } from "./redact.ts";

/** Shortens a text to at most `max` characters; `…` marks the cut. */
export function clip(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1).toWellFormed()}…` : text;
}

/** Shortens a text to one line of at most `max` characters. */
export function clipLine(text: string, max = 100): string {
  return clip(text.replaceAll(/\s+/g, " ").trim(), max);
}

/**
 * Like {@linkcode clipLine}, with secrets hidden. They are hidden first, because half a key would not be
 * recognised.
 */
export function summaryLine(text: string, max = 100): string {
  return clipLine(redact(text), max);
}

import { redact } from "./redact.ts";

/** The beginning of a text, at most `max` characters, with `…` where something is left out. */
export function clip(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1).toWellFormed()}…` : text;
}

/** The beginning of a text in one line of at most `max` characters. */
export function clipLine(text: string, max = 100): string {
  return clip(text.replaceAll(/\s+/g, " ").trim(), max);
}

/** The same without secrets. They are looked for first: half a key does not look like one. */
export function summaryLine(text: string, max = 100): string {
  return clipLine(redact(text), max);
}

import { redact } from "./log.ts";

/** The beginning of a text in one line of at most `max` characters, without secrets. */
export function brief(text: string, max = 100): string {
  // Redacted before it is cut: half a key does not look like one.
  const flat = redact(text).replaceAll(/\s+/g, " ").trim();
  return flat.length > max ? `${flat.slice(0, max - 1).toWellFormed()}…` : flat;
}

/** The words about a tool call that opencode leaves to its clients. The same for each generation of it. */
import { type JsonObject, list, number, object, string } from "../base/json.ts";

/** Input fields that tell best what a call is about, the most telling first. */
const TELLING = ["command", "filePath", "pattern", "path", "url", "query", "description", "name"];

/** Most characters of a title or a tool's error that are kept, from the beginning. */
const MAX_CHARS = 1000;

/**
 * What an exit code says about a command, which opencode reports as completed whatever the code is; it is
 * `null` when the command was ended by an abort or for want of time.
 */
export function exitError(exit: unknown): string | undefined {
  if (exit === null) return "killed";
  const code = number(exit);
  return code ? `exit ${code}` : undefined;
}

/** The field of a call's input that tells best what the call is about; empty when there is none. */
export function telling(input: JsonObject): string {
  const questions = list(input.questions, (item) => string(object(item).question));
  return [...TELLING.map((key) => string(input[key])), ...questions].find((text) => text) ?? "";
}

/** The beginning of `text`, copied: a slice would keep all of it in memory. */
export function head(text: string): string {
  if (text.length <= MAX_CHARS) return text;
  const bytes = new TextEncoder().encode(text.slice(0, MAX_CHARS).toWellFormed());
  return new TextDecoder().decode(bytes);
}

import { object, parseJson, string } from "../../base/json.ts";
import { NAME } from "../program.ts";

/** A line of the log in text format (`createLog`). */
const LOG_LINE = /^\S+Z (\w+) +(.*)$/;

/** What a line of a log is. */
interface Entry {
  /** Its level in capitals; `undefined` when it does not come from the log, but from who writes into it. */
  readonly level: string | undefined;
  readonly text: string;
}

/**
 * The last trouble that lines of a log tell: what the program or the runtime said when it ended, an error or a
 * warning. `undefined` if there is none. Other lines, one of which holds the pairing code, are passed over.
 *
 * @param isRunning Whether the bridge goes on: then it is what is tried again, rather than a warning that holds
 * up nothing.
 */
export function lastTrouble(lines: readonly string[], isRunning = false): string | undefined {
  const entries = lines.map(entry);
  const last = (matches: (entry: Entry) => boolean) => entries.findLast(matches)?.text;
  const isError = ({ level }: Entry) => level === "ERROR";
  if (isRunning) return last(({ text }) => /; trying again/.test(text)) ?? last(isError);
  return lastWords(entries) ?? last(isError) ?? last(({ level }) => level === "WARN");
}

function entry(line: string): Entry {
  const json = object(parseJson(line));
  const [, level = string(json.level), text = string(json.message)] = LOG_LINE.exec(line) ?? [];
  return text === undefined ? { level: undefined, text: line } : {
    level: level?.toUpperCase() ?? "",
    text,
  };
}

/** What was written beside the log at its end: a message of the program with all its lines, or a crash. */
function lastWords(entries: readonly Entry[]): string | undefined {
  const end = entries.findLastIndex(({ level }) => level === undefined) + 1;
  const begin = entries.slice(0, end).findLastIndex(({ level }) => level !== undefined) + 1;
  const words = entries.slice(begin, end).map(({ text }) => text);
  const own = words.findLastIndex((line) => line.startsWith(`${NAME}: `));
  if (own >= 0) return words.slice(own).join("\n").slice(`${NAME}: `.length).trim();
  // The lines of a stack trace begin with spaces.
  const told = words.filter((line) => /^\S/.test(line));
  return told.find((line) => /error|fatal|panic/i.test(line)) ?? told.at(-1);
}

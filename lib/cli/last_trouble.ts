import { object, parseJson, string } from "../base/json.ts";
import { NAME } from "./program.ts";

/** A line of the log in text format (`createLog`). */
const LOG_LINE = /^\S+Z (\w+) +(.*)$/;

/**
 * The last trouble that a log tells, as a sentence: a warning, an error, or what the program or the runtime
 * said when it ended. `undefined` if there is none. Other lines, one of which holds the pairing code, are
 * passed over.
 */
export function lastTrouble(log: string): string | undefined {
  return log.split("\n").map(trouble).findLast((sentence) => sentence !== undefined);
}

function trouble(line: string): string | undefined {
  const json = object(parseJson(line));
  const [, level = string(json.level), message = string(json.message)] = LOG_LINE.exec(line) ?? [];
  if (message !== undefined) return /^(error|warn)$/i.test(level ?? "") ? message : undefined;
  // The lines of a stack trace begin with spaces.
  return /^\S/.test(line) ? line.replace(`${NAME}: `, "") : undefined;
}

import { parse } from "@std/dotenv";
import { dirname } from "@std/path";
import { describe, UsageError } from "../base/errors.ts";
import { replaceFile } from "../base/replace_file.ts";
import type { Variables } from "../config.ts";
import { SETTINGS } from "../settings.ts";
import { fullDisk } from "../store/full_disk.ts";
import { usage } from "../texts/usage.ts";
import { mistake } from "./mistake.ts";

/** The most bytes of an env file that nobody named. */
const MAX_BYTES = 1024 * 1024;
/** More bytes than an env file and its backup usually take together. */
const PROBE_BYTES = 16 * 1024;

/**
 * The variables of an env file.
 *
 * @param mustExist Whether a missing file is a mistake; otherwise it counts as empty, and so does what is no
 * file: reading a pipe or a device, to which a project may have a link, might never end.
 * @throws {UsageError} When the file cannot be read.
 */
export async function readEnvFile(file: string, mustExist: boolean): Promise<Variables> {
  try {
    if (!mustExist) {
      const { isFile, size } = await Deno.stat(file);
      // Some keep a Python environment in a directory of this name.
      if (!isFile) return {};
      if (size > MAX_BYTES) throw new RangeError(`it has more than ${MAX_BYTES} bytes`);
    }
    const text = await Deno.readTextFile(file);
    // Editors on Windows begin a file with a byte order mark and end its lines with CRLF.
    const lines = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
    return { ...parse(lines), ...emptyUsers(lines) };
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    // Deno opens nothing below /proc, /sys and /dev, and its error is about its own flags.
    const isOffLimits = error instanceof Deno.errors.NotCapable;
    if ((missing || isOffLimits) && !mustExist) return {};
    const why = isOffLimits ? usage.offLimits : describe(error);
    throw mistake(usage.envFileUnreadable(file, why));
  }
}

/**
 * The list of users as it is written, if it names nothing but variables that are unset: it must not be
 * taken for no list, which means everyone.
 */
function emptyUsers(lines: string): Variables {
  const { name } = SETTINGS.allowedUsers;
  const [, written = ""] = new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=(.*)`, "m").exec(lines) ??
    [];
  const isEmpty = written.includes("$") && !parse(lines)[name]?.trim();
  return isEmpty ? { [name]: written.trim() } : {};
}

/**
 * Sets variables in an env file and keeps everything else. The file is replaced in one step, and has mode
 * 0600 afterwards.
 *
 * @param removed Variables to remove, unless they are set.
 * @throws {UsageError} When a value cannot be written so that it is read as it is.
 */
export async function setVariables(
  file: string,
  values: Variables,
  removed: readonly string[] = [],
): Promise<void> {
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(file, withVariables(text, values, removed));
}

/**
 * Proves that an env file can be written, for a command that is about to make something whose secret it will hold.
 *
 * @throws {UsageError} When it cannot, with the reason.
 */
export async function needWritable(file: string): Promise<void> {
  const probe = `${file}.probe`;
  try {
    await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await replaceFile(probe, " ".repeat(PROBE_BYTES));
    await Deno.remove(probe);
  } catch (error) {
    const failure = new UsageError(usage.envFileUnwritable(file, describe(error)));
    throw await fullDisk(dirname(file), failure);
  }
}

/** An assignment with all its lines: what is quoted may go on for several (`@std/dotenv`). */
const ASSIGNMENT =
  /^[^\S\n]*(?:export[^\S\n]+)?([^\s=#]+)[^\S\n]*=[ \t]*(?:'[^']*'|"[^"]*"|[^\n]*?)[^\n]*(?:\n|$)/gm;

/** The numbers of the lines of an env file that are neither assignments, comments nor blank. */
export async function junkLines(file: string): Promise<number[]> {
  const text = (await Deno.readTextFile(file)).replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const left = text.replace(ASSIGNMENT, (lines: string) => lines.replaceAll(/[^\n]/g, ""));
  return left.split("\n").flatMap((line, i) => /^\s*(?:#|$)/.test(line) ? [] : [i + 1]);
}

/**
 * The text of an env file with these variables set, each once, and without those that are removed.
 *
 * @throws {UsageError} When a value cannot be written, or the file has a quote without an end.
 */
export function withVariables(
  text: string,
  values: Variables,
  removed: readonly string[] = [],
): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const left = new Map(Object.entries(values));
  const kept = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n").replace(
    ASSIGNMENT,
    (line: string, name: string) => {
      if (!Object.hasOwn(values, name)) return removed.includes(name) ? "" : line;
      const value = left.get(name);
      left.delete(name);
      return value === undefined ? "" : `${name}=${written(name, value)}\n`;
    },
  ).replace(/\n+$/, "");
  const added = [...left].map(([name, value]) => `${name}=${written(name, value)}`);
  const result = [...kept === "" ? [] : [kept], ...added].join("\n") + "\n";
  const read = parse(result);
  for (const [name, value] of Object.entries(values)) {
    if (read[name] !== value) throw mistake(usage.envFileBroken(name));
  }
  return result.replaceAll("\n", end);
}

/**
 * A value as an env file has it. `@std/dotenv`, Node and systemd's `EnvironmentFile` (systemd.exec(5)) read
 * the same from it. None of them knows an escape that all know, so a few values cannot be written.
 */
function written(name: string, value: string): string {
  if (/^[\w@%+=:,./-]*$/.test(value)) return value;
  // In quotes, one line break at either end would be lost, and so would other line ends.
  const isQuotable = value.isWellFormed() && !/^\n|\n$|(?!\n|\t)\p{Cc}|[\u2028\u2029]/u.test(value);
  if (isQuotable && !value.includes("'")) return `'${value}'`;
  // Some read these escapes.
  if (isQuotable && !/"|\\[nrt"\\`$\n]|\\$/.test(value)) return `"${value}"`;
  // Quotes inside of a value that does not begin with one mean nothing.
  if (isQuotable && /^[^\s'"`;#$\\]([^\n#$\\]*[^\s#$\\])?$/.test(value)) return value;
  throw mistake(usage.envValueUnwritable(name));
}

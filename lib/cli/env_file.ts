import { parse } from "@std/dotenv";
import { dirname } from "@std/path";
import { describe, UsageError } from "../base/errors.ts";
import { SETTINGS, type Variables } from "../config.ts";
import { usage } from "../texts/usage.ts";

/**
 * The variables of an env file.
 *
 * @param mustExist Whether a missing file is a mistake; otherwise it counts as empty.
 * @throws {UsageError} When the file cannot be read.
 */
export async function readEnvFile(file: string, mustExist: boolean): Promise<Variables> {
  try {
    const text = await Deno.readTextFile(file);
    // Editors on Windows begin a file with a byte order mark and end its lines with CRLF.
    const lines = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
    return { ...parse(lines), ...emptyUsers(lines) };
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory ||
      // Some keep a Python environment in a directory of this name.
      error instanceof Deno.errors.IsADirectory;
    if (missing && !mustExist) return {};
    throw new UsageError(usage.envFileUnreadable(file, describe(error)), { exitCode: 2 });
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
 * Sets variables in an env file and keeps all other lines. The file is replaced in one step, and has
 * mode 0600 afterwards.
 *
 * @param removed Variables to remove, unless they are set.
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
  const next = `${file}.new`;
  await Deno.writeTextFile(next, withVariables(text, values, removed), { mode: 0o600 });
  await Deno.rename(next, file);
}

/** The text of an env file with these variables set, each once, and without those that are removed. */
export function withVariables(
  text: string,
  values: Variables,
  removed: readonly string[] = [],
): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const left = new Map(Object.entries(values));
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const name = /^\uFEFF?\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? "";
    if (!(name in values)) return removed.includes(name) ? [] : [line];
    const value = left.get(name);
    left.delete(name);
    return value === undefined ? [] : [`${name}=${quoted(value)}`];
  });
  while (lines.at(-1) === "") lines.pop();
  lines.push(...[...left].map(([name, value]) => `${name}=${quoted(value)}`));
  return lines.join(end) + end;
}

function quoted(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value}'`;
}

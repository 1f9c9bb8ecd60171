import { parse } from "@std/dotenv";
import { dirname, join, resolve } from "@std/path";
import { type Config, parseConfig, settingPath, SETTINGS, type Variables } from "../config.ts";
import { describe, UsageError } from "../base/errors.ts";
import { createLog, type Log, type LogLevel } from "../base/log.ts";
import type { Args } from "./args.ts";

/**
 * Gathers the settings: option before environment before env file before default. `./.env` goes
 * before the one in the state directory.
 *
 * @param options.required Whether what the bridge cannot run without must be there.
 * @throws {UsageError} With every mistake at once.
 */
export async function loadSettings(args: Args, options: { required?: boolean } = {}) {
  const places = { cwd: Deno.cwd(), home: Deno.env.get("HOME") };
  const early = { ...ours(Deno.env.toObject()), ...args.overrides };
  let fromFiles: Variables;
  if (args.envFile === undefined) {
    const here = await readEnvFile(resolve(places.cwd, ".env"), false);
    const dir = settingPath("stateDir", { ...here, ...early }, places);
    fromFiles = { ...await readEnvFile(join(dir, ".env"), false), ...here };
  } else {
    fromFiles = await readEnvFile(resolve(places.cwd, args.envFile), true);
  }
  const variables = { ...fromFiles, ...early };
  const path = settingPath("cwd", variables, places);
  const cwd = await realDirectory(path);
  const mistakes = cwd === undefined
    ? [`OPENCODE_CWD is "${path}": it must be ${SETTINGS.cwd.allowed}`]
    : [];
  const config = parseConfig(variables, places, { ...options, mistakes });
  const secrets = secretsOf(config);
  return {
    config: { ...config, cwd: cwd ?? config.cwd },
    /** What was set. */
    variables,
    /** Makes a log that hides the secrets. */
    createLog: (write: (line: string) => void, level: LogLevel = args.logLevel): Log =>
      createLog({ level, format: args.logFormat, secrets, write }),
  };
}

/** Only our own settings: an env file may belong to the project in which the bridge was started. */
function ours(variables: Variables): Variables {
  return Object.fromEntries(
    Object.values(SETTINGS).flatMap(({ name }) => variables[name] ? [[name, variables[name]]] : []),
  );
}

async function readEnvFile(file: string, mustExist: boolean): Promise<Variables> {
  try {
    const text = await Deno.readTextFile(file);
    // Editors on Windows begin a file with a mark, and end its lines in two characters.
    return ours(parse(text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n")));
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (missing && !mustExist) return {};
    throw new UsageError(`Cannot read the env file ${file}: ${describe(error)}`, { exitCode: 2 });
  }
}

/** What must never be printed. */
function secretsOf(config: Config): string[] {
  const url = URL.parse(config.opencodeUrl);
  return [config.appSecret, url?.password, Deno.env.get("OPENCODE_SERVER_PASSWORD")]
    .filter((secret): secret is string => Boolean(secret));
}

async function realDirectory(path: string): Promise<string | undefined> {
  const real = await Deno.realPath(path).catch(() => undefined);
  return real !== undefined && (await Deno.stat(real)).isDirectory ? real : undefined;
}

/**
 * Sets variables in an env file, and keeps every other line as it is. The file is private afterwards,
 * and is replaced in one step.
 */
export async function setVariables(
  file: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.new`;
  await Deno.writeTextFile(next, withVariables(text, values), { mode: 0o600 });
  await Deno.rename(next, file);
}

/** The text of an env file with these variables set, each once. */
export function withVariables(text: string, values: Readonly<Record<string, string>>): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const left = new Map(Object.entries(values));
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const name = /^\uFEFF?\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? "";
    if (!(name in values)) return [line];
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

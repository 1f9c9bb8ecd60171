import { parse } from "@std/dotenv";
import { join, resolve } from "@std/path";
import { type Config, parseConfig, settingPath, SETTINGS, type Variables } from "../config.ts";
import { UsageError } from "../errors.ts";
import { createLog, type Log, type LogLevel } from "../log.ts";
import type { Args } from "./args.ts";

/** Settings, and what makes a log that hides their secrets. */
export interface Loaded {
  readonly config: Config;
  /** What was set, by variable. */
  readonly variables: Variables;
  readonly createLog: (write: (line: string) => void, level?: LogLevel) => Log;
}

/**
 * Gathers the settings: option before environment before env file before default. `./.env` goes
 * before the one in the state directory.
 *
 * @param defaults Values that stand in for what nobody set.
 * @throws {UsageError} With every mistake at once.
 */
export async function loadSettings(
  args: Args,
  defaults: Variables = {},
  required?: readonly (keyof Config)[],
): Promise<Loaded> {
  const places = { cwd: Deno.cwd(), home: Deno.env.get("HOME") };
  const known = Object.values(SETTINGS).map(({ name }) => name);
  const environment = Object.fromEntries(
    known.map((name) => [name, Deno.env.get(name) || undefined]),
  );
  const early = { ...defaults, ...defined(environment), ...args.overrides };
  let fromFiles: Variables;
  if (args.envFile === undefined) {
    const here = await readEnvFile(resolve(places.cwd, ".env"), false);
    const dir = settingPath("stateDir", { ...here, ...early }, places);
    fromFiles = { ...await readEnvFile(join(dir, ".env"), false), ...here };
  } else {
    fromFiles = await readEnvFile(resolve(places.cwd, args.envFile), true);
  }
  const variables = { ...defaults, ...fromFiles, ...early };
  const cwd = await realDirectory(settingPath("cwd", variables, places));
  const config = parseConfig(variables, places, {
    ...(required ? { required } : {}),
    mistakes: cwd === undefined
      ? [
        `OPENCODE_CWD is "${
          settingPath("cwd", variables, places)
        }": it must be ${SETTINGS.cwd.allowed}`,
      ]
      : [],
  });
  const secrets = secretsOf(config);
  return {
    config: { ...config, cwd: cwd ?? config.cwd },
    variables,
    createLog: (write, level = args.logLevel) =>
      createLog({ level, format: args.logFormat, secrets, write }),
  };
}

/** Only our own settings: the file may belong to the project in which the bridge was started. */
async function readEnvFile(file: string, mustExist: boolean): Promise<Variables> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (missing && !mustExist) return {};
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot read the env file ${file}: ${why}`, { exitCode: 2 });
  }
  const names = new Set<string>(Object.values(SETTINGS).map(({ name }) => name));
  return Object.fromEntries(
    // Editors on Windows begin a file with a mark, and end its lines in two characters.
    Object.entries(parse(text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"))).filter((
      [name, value],
    ) => names.has(name) && value !== ""),
  );
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

function defined(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined),
  );
}

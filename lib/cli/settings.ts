import { join, resolve } from "@std/path";
import { knownSecrets } from "../base/known_secrets.ts";
import { createLog, type Log, type LogLevel } from "../base/log.ts";
import {
  type Config,
  language,
  parseConfig,
  settingMistake,
  settingPath,
  SETTINGS,
  type Variables,
} from "../config.ts";
import { type TerminalTexts, terminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { readEnvFile } from "./env_file.ts";

/** The settings of one run of the program. */
export interface Settings {
  readonly config: Config;
  /** The variables that were set, wherever they came from. */
  readonly variables: Variables;
  /** The terminal's sentences in the language of the settings. */
  readonly texts: TerminalTexts;
  /** Makes a log. Its default level comes from the command line. */
  createLog(write: (line: string) => void, level?: LogLevel): Log;
}

/**
 * Reads the settings. Options override the environment, which overrides the env file, which overrides
 * the defaults. Without `--env-file`, `./.env` overrides the `.env` in the state directory.
 *
 * @param options.required Whether missing required settings are mistakes (default: yes).
 * @throws {UsageError} With all mistakes at once.
 */
export async function loadSettings(
  args: Args,
  options: { required?: boolean } = {},
): Promise<Settings> {
  const base = { cwd: Deno.cwd(), home: Deno.env.get("HOME") };
  const variables = await readVariables(args, base);
  const path = settingPath("cwd", variables, base);
  const cwd = await realDirectory(path);
  const mistakes = cwd === undefined ? [settingMistake(SETTINGS.cwd, path)] : [];
  const config = parseConfig(variables, base, { ...options, mistakes });
  addSecrets(config);
  return {
    config: { ...config, cwd: cwd ?? config.cwd },
    variables,
    texts: terminalTexts(language(config)),
    createLog: (write, level = args.logLevel) =>
      createLog({ level, format: args.logFormat, write }),
  };
}

/** The terminal's sentences in the language of the settings, in English when these have mistakes. */
export async function loadTexts(args: Args): Promise<TerminalTexts> {
  return await loadSettings(args, { required: false })
    .then(({ texts }) => texts, () => terminalTexts("en"));
}

async function readVariables(
  args: Args,
  base: { cwd: string; home: string | undefined },
): Promise<Variables> {
  const overrides = { ...knownVariables(Deno.env.toObject()), ...args.overrides };
  const read = async (file: string, mustExist: boolean) =>
    knownVariables(await readEnvFile(file, mustExist));
  if (args.envFile !== undefined) {
    return { ...await read(resolve(base.cwd, args.envFile), true), ...overrides };
  }
  const here = await read(resolve(base.cwd, ".env"), false);
  const stateDir = settingPath("stateDir", { ...here, ...overrides }, base);
  return { ...await read(join(stateDir, ".env"), false), ...here, ...overrides };
}

/** Only the bridge's settings: an env file may belong to the project in which the bridge is started. */
function knownVariables(variables: Variables): Variables {
  return Object.fromEntries(
    Object.values(SETTINGS).flatMap(({ name }) => variables[name] ? [[name, variables[name]]] : []),
  );
}

/** Adds the values that must never be printed to the known secrets. */
function addSecrets({ appSecret, opencodeUrl }: Config): void {
  const url = URL.parse(opencodeUrl);
  knownSecrets.add("app secret", appSecret);
  knownSecrets.add("password in OPENCODE_URL", url?.password ?? "");
  knownSecrets.add("opencode password", Deno.env.get("OPENCODE_SERVER_PASSWORD") ?? "");
}

/** The path without symlinks, `undefined` when it is not a directory. */
async function realDirectory(path: string): Promise<string | undefined> {
  const real = await Deno.realPath(path).catch(() => undefined);
  return real !== undefined && (await Deno.stat(real)).isDirectory ? real : undefined;
}

import { dirname } from "@std/path";
import { isInside } from "../base/inside.ts";
import { knownSecrets } from "../base/known_secrets.ts";
import { createLog, type Log, type LogLevel } from "../base/log.ts";
import { urlPassword } from "../base/url_credentials.ts";
import {
  absolutePath,
  type Config,
  language,
  parseConfig,
  type PathBase,
  settingMistake,
  settingPath,
  SETTINGS,
  type Variables,
} from "../config.ts";
import { type TerminalTexts, terminalTexts } from "../texts/terminal_texts.ts";
import { usage } from "../texts/usage.ts";
import type { Args } from "./args.ts";
import { type EnvFile, findEnvFile, knownVariables } from "./find_env_file.ts";

/** The settings of one run of the program. */
export interface Settings {
  readonly config: Config;
  /** The variables that were set, wherever they came from. */
  readonly variables: Variables;
  readonly envFile: EnvFile;
  /** The terminal's sentences in the language of the settings. */
  readonly texts: TerminalTexts;
  /** Makes a log. Its default level comes from the command line. */
  createLog(write: (line: string) => void, level?: LogLevel): Log;
}

/**
 * Reads the settings. Options override the environment, which overrides the env file, which overrides
 * the defaults. See {@linkcode findEnvFile} for the file.
 *
 * @param options.required Whether the bridge shall run with them: then missing settings, and places where
 * it must not run, are mistakes (default: yes).
 * @param options.isNewFile Whether the named env file may be missing.
 * @throws {UsageError} With all mistakes at once.
 */
export async function loadSettings(
  args: Args,
  options: { required?: boolean; isNewFile?: boolean } = {},
): Promise<Settings> {
  const base = { cwd: Deno.cwd(), home: Deno.env.get("HOME") };
  const overrides = { ...knownVariables(Deno.env.toObject()), ...args.overrides };
  const envFile = await findEnvFile({
    named: args.envFile,
    mayBeMissing: options.isNewFile === true,
    overrides,
    ...base,
  });
  const variables = { ...envFile.variables, ...overrides };
  const places = await findPlaces(variables, base);
  const mistakes = [...envFile.mistakes, ...places.mistakes];
  if (options.required !== false) {
    mistakes.push(...await unsafePlaces(places, settingPath("stateDir", variables, base)));
    // Whoever wrote the file owns the app, and decides who can reach its bot.
    if (envFile.isProjects && !envFile.mistakes.length && !variables[SETTINGS.allowedUsers.name]) {
      mistakes.push(usage.projectsApp(envFile.path ?? ""));
    }
  }
  const config = parseConfig(variables, base, { ...options, mistakes });
  addSecrets(config);
  return {
    config: { ...config, cwd: places.cwd ?? config.cwd, roots: places.roots },
    variables,
    envFile,
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

/** The directories of the settings, without symlinks. */
interface Places {
  /** The agent's directory; not set when it does not exist. */
  readonly cwd: string | undefined;
  readonly roots: readonly string[];
  readonly mistakes: readonly string[];
}

async function findPlaces(variables: Variables, base: PathBase): Promise<Places> {
  const path = settingPath("cwd", variables, base);
  const cwd = await realDirectory(path);
  const mistakes = cwd === undefined ? [settingMistake(SETTINGS.cwd, path)] : [];
  const stateDir = settingPath("stateDir", variables, base);
  if (!await canBeDirectory(stateDir)) mistakes.push(settingMistake(SETTINGS.stateDir, stateDir));
  const roots: string[] = [];
  for (const text of SETTINGS.roots.parse(variables[SETTINGS.roots.name]?.trim() ?? "") ?? []) {
    const root = await realDirectory(absolutePath(text, base));
    if (root === undefined) mistakes.push(settingMistake(SETTINGS.roots, text));
    else roots.push(root);
  }
  return { cwd, roots, mistakes };
}

/** Why the bridge must not run with its agent in this directory. */
async function unsafePlaces({ cwd, roots }: Places, stateDir: string): Promise<string[]> {
  if (cwd === undefined) return [];
  if (await isInside(cwd, stateDir)) return [usage.cwdInState(cwd)];
  const inside = await Promise.all(roots.map((root) => isInside(cwd, root)));
  return roots.length > 0 && !inside.includes(true) ? [usage.cwdOutsideRoots(cwd)] : [];
}

/** Adds the values that must never be printed to the known secrets. */
function addSecrets({ appSecret, opencodeUrl }: Config): void {
  const encoded = URL.parse(opencodeUrl)?.password ?? "";
  knownSecrets.add("app secret", appSecret);
  knownSecrets.add("password in OPENCODE_URL", encoded);
  knownSecrets.add("password in OPENCODE_URL", urlPassword(opencodeUrl));
  knownSecrets.add("opencode password", Deno.env.get("OPENCODE_SERVER_PASSWORD") ?? "");
}

/** The path without symlinks, `undefined` when it is not a directory. */
async function realDirectory(path: string): Promise<string | undefined> {
  const real = await Deno.realPath(path).catch(() => undefined);
  return real !== undefined && (await Deno.stat(real)).isDirectory ? real : undefined;
}

/** Whether a path is a directory that can be looked at, or one can be made there. */
async function canBeDirectory(path: string): Promise<boolean> {
  const found = await Deno.stat(path).catch((error) => error);
  if (found instanceof Deno.errors.NotFound) return await canBeDirectory(dirname(path));
  // Other errors: a file above it, no permission, or a place of the system's like /proc.
  return !(found instanceof Error) && found.isDirectory;
}

import { dirname } from "@std/path";
import { absolutePath, type PathBase } from "../base/absolute_path.ts";
import { isInside } from "../base/inside.ts";
import { existsSync } from "node:fs";
import { knownSecrets } from "../base/secrets/known_secrets.ts";
import { createLog, type LogLevel, type NoticeLog } from "../base/log.ts";
import { nearest } from "../base/nearest.ts";
import type { Setting } from "../base/setting.ts";
import { urlPassword } from "../base/secrets/url_credentials.ts";
import {
  type Config,
  parseConfig,
  type SettingMistake,
  settingMistake,
  settingPath,
  type Variables,
} from "../config.ts";
import { SETTINGS } from "../settings.ts";
import type { Language } from "../model/settings.ts";
import { listProfiles, privateDir } from "../base/profiles.ts";
import { type TerminalTexts, terminalTexts } from "../texts/terminal_texts.ts";
import { usage } from "../texts/usage.ts";
import type { Args } from "./args.ts";
import { meantNothing } from "./checks/env_file_warnings.ts";
import { type EnvFile, findEnvFile, knownVariables } from "./find_env_file.ts";
import { CLI_OPTIONS } from "./options.ts";
import { complain } from "./terminal.ts";
import { localeLanguage, terminalLanguage } from "./terminal_language.ts";
import { mistake } from "./mistake.ts";

/** The settings of one run of the program. */
export interface Settings {
  readonly config: Config;
  /** The variables that were set, wherever they came from. */
  readonly variables: Variables;
  readonly envFile: EnvFile;
  /** The language of what commands print, and their sentences in it. */
  readonly language: Language;
  readonly texts: TerminalTexts;
  /** Makes a log. Its default level comes from the command line. */
  createLog(write: (line: string) => void, level?: LogLevel): NoticeLog;
}

/** Settings in which everything that has a mistake is its default. */
export interface FoundSettings extends Settings {
  readonly mistakes: readonly SettingMistake[];
  /** Where a setting was set; `undefined` when it was not. */
  origin(setting: keyof Config): Origin | undefined;
}

/** Where a setting was set: the command line, the environment, or the path of an env file. */
export type Origin = { readonly place: "option" | "environment" } | {
  readonly place: "file";
  readonly path: string;
};

/** For what settings are read. */
interface LoadOptions {
  /**
   * Whether the bridge shall run with them: then missing settings, and places where it must not run, are
   * mistakes (default: yes).
   */
  readonly required?: boolean;
  /** Whether the named env file may be missing. */
  readonly isNewFile?: boolean;
}

/**
 * Reads the settings. Options override the environment, which overrides the env file, which overrides
 * the defaults. See {@linkcode findEnvFile} for the file.
 *
 * @throws {UsageError} With all mistakes at once.
 */
export async function loadSettings(args: Args, options: LoadOptions = {}): Promise<Settings> {
  const found = await findSettings(args, options);
  refuse(hasNone(found) ? withoutApp(found.mistakes, args) : found.mistakes, await oddities(found));
  return found;
}

/** Whether nobody has set up anything yet: there is no env file, and no app in the environment either. */
export async function hasNoSettings(args: Args): Promise<boolean> {
  return await findSettings(args).then(hasNone, () => false);
}

/** Mistakes in which one sentence stands for the app that is not set up yet. */
function withoutApp(mistakes: readonly SettingMistake[], { profile }: Args): SettingMistake[] {
  const isApp = ({ setting }: SettingMistake) => setting === "appId" || setting === "appSecret";
  return [...mistakes.filter((mistake) => !isApp(mistake)), { text: usage.runSetup(profile) }];
}

function hasNone({ envFile, variables, mistakes }: FoundSettings): boolean {
  const isMissing = (key: "appId" | "appSecret") =>
    !variables[SETTINGS[key].name]?.trim() && mistakes.some(({ setting }) => setting === key);
  return envFile.path === undefined && isMissing("appId") && isMissing("appSecret");
}

/**
 * The same for a command that needs nothing but the state directory, and starts nothing: it warns of all
 * other mistakes, which must not keep the user from a bridge that runs.
 *
 * @throws {UsageError} When the state directory is a mistake, or the env file cannot be read.
 */
export async function loadStateSettings(args: Args): Promise<Settings> {
  const found = await findSettings(args, { required: false });
  await needProfile(args.profile, found.config.stateDir);
  refuse(found.mistakes.filter(({ setting }) => setting === "stateDir"));
  for (const { text } of found.mistakes) complain(found.texts.reason(usage.warning(text)));
  return found;
}

/** @throws {UsageError} When there is no profile of this name, with the closest that there is. */
async function needProfile(profile: string | undefined, stateDir: string): Promise<void> {
  if (profile === undefined || existsSync(stateDir)) return;
  const close = nearest(profile, await listProfiles(privateDir(stateDir)));
  const hint = close === undefined ? usage.setupMakesIt(profile) : usage.didYouMean(close);
  throw mistake(usage.noProfile(profile, hint));
}

/** @param others What may be the reason of the mistakes. */
function refuse(mistakes: readonly SettingMistake[], others: readonly string[] = []): void {
  if (mistakes.length === 0) return;
  throw mistake([...mistakes.map(({ text }) => text), ...others].join("\n"));
}

/** What sets nothing in the env file of settings with mistakes: one may be missing because its name is misspelt. */
async function oddities({ mistakes, envFile: { path }, texts }: FoundSettings): Promise<string[]> {
  if (mistakes.length === 0 || path === undefined) return [];
  return (await meantNothing(path, texts)).map(({ text, todo }) => `${text} → ${todo}`);
}

/**
 * Reads the settings like {@linkcode loadSettings}, and reports the mistakes with them.
 *
 * @throws {UsageError} When the env file cannot be read.
 */
export async function findSettings(args: Args, options: LoadOptions = {}): Promise<FoundSettings> {
  const base = pathBase();
  const overrides = { ...knownVariables(Deno.env.toObject()), ...args.overrides };
  const envFile = await findEnvFile({
    named: args.envFile,
    isProfile: args.profile !== undefined,
    mayBeMissing: options.isNewFile === true,
    overrides,
    ...base,
  });
  const variables = { ...envFile.variables, ...overrides };
  const label = (setting: keyof Config) => settingLabel(setting, args);
  const places = await findPlaces(variables, base, label);
  const mistakes: SettingMistake[] = [
    ...envFile.mistakes.map((text) => ({ text })),
    ...places.mistakes,
  ];
  if (options.required !== false) {
    const stateDir = settingPath("stateDir", variables, base);
    mistakes.push(...await unsafePlaces(places, stateDir, label("cwd")));
    // Whoever wrote the file owns the app, and decides who can reach its bot.
    if (envFile.isProjects && !envFile.mistakes.length && !variables[SETTINGS.allowedUsers.name]) {
      mistakes.push({ setting: "appId", text: usage.projectsApp(envFile.path ?? "") });
    }
  }
  const { config, mistakes: others } = parseConfig(variables, base, { ...options, label });
  addSecrets(config);
  const language = terminalLanguage(config);
  return {
    config: { ...config, cwd: places.cwd ?? config.cwd, roots: places.roots },
    variables,
    envFile,
    mistakes: [...mistakes, ...others],
    origin: (setting) => findOrigin(SETTINGS[setting].name, args, envFile),
    language,
    texts: terminalTexts(language),
    createLog: (write, level = args.logLevel) =>
      createLog({ level, format: args.logFormat, write }),
  };
}

/** What relative paths and `~` refer to in this run of the program. */
export function pathBase(): PathBase {
  return { cwd: Deno.cwd(), home: Deno.env.get("HOME") || undefined };
}

/** What the user calls a setting: the option that was typed, otherwise its variable. */
function settingLabel(setting: keyof Config, { overrides }: Args): string {
  const { name } = SETTINGS[setting];
  const option = Object.entries(CLI_OPTIONS).find(([, { variable }]) => variable === name);
  return option && name in overrides ? `--${option[0]}` : name;
}

function findOrigin(name: string, { overrides }: Args, { path, variables }: EnvFile) {
  if (name in overrides) return { place: "option" } as const;
  if (Deno.env.get(name)) return { place: "environment" } as const;
  return path !== undefined && name in variables ? { place: "file", path } as const : undefined;
}

/** The terminal's sentences, whatever is wrong with the settings. */
export async function loadTexts(args: Args): Promise<TerminalTexts> {
  return await findSettings(args, { required: false })
    .then(({ texts }) => texts, () => terminalTexts(localeLanguage() ?? "en"));
}

/** The directories of the settings, without symlinks. */
interface Places {
  /** The agent's directory; not set when it does not exist. */
  readonly cwd: string | undefined;
  readonly roots: readonly string[];
  readonly mistakes: readonly SettingMistake[];
}

async function findPlaces(
  variables: Variables,
  base: PathBase,
  label: (setting: keyof Config) => string,
): Promise<Places> {
  const path = settingPath("cwd", variables, base);
  const cwd = await realDirectory(path);
  const mistakes = cwd === undefined ? [settingMistake("cwd", path, label("cwd"))] : [];
  const stateDir = settingPath("stateDir", variables, base);
  const { name, fallback } = SETTINGS.stateDir;
  if (base.home === undefined && /^~(?=$|\/)/.test(variables[name]?.trim() || fallback)) {
    mistakes.push({ setting: "stateDir", text: usage.noHome(name) });
  } else if (!await canBeDirectory(stateDir)) {
    mistakes.push(settingMistake("stateDir", stateDir, label("stateDir")));
  }
  const roots: string[] = [];
  for (const text of SETTINGS.roots.parse(variables[SETTINGS.roots.name]?.trim() ?? "") ?? []) {
    const root = await realDirectory(absolutePath(text, base));
    if (root === undefined) mistakes.push(settingMistake("roots", text));
    else roots.push(root);
  }
  return { cwd, roots, mistakes };
}

/** Why the bridge must not run with its agent in this directory. */
async function unsafePlaces(
  { cwd, roots }: Places,
  stateDir: string,
  label: string,
): Promise<SettingMistake[]> {
  if (cwd === undefined) return [];
  if (await isInside(cwd, privateDir(stateDir))) {
    return [{ setting: "cwd", text: usage.cwdInState(label, cwd) }];
  }
  const inside = await Promise.all(roots.map((root) => isInside(cwd, root)));
  if (roots.length === 0 || inside.includes(true)) return [];
  return [{ setting: "cwd", text: usage.cwdOutsideRoots(label, cwd) }];
}

/** Adds the values that must never be printed to the known secrets, also the passwords in URLs, as they are written. */
function addSecrets(config: Config): void {
  for (const key of Object.keys(SETTINGS) as (keyof Config)[]) {
    const { name, secret, url }: Setting<unknown> = SETTINGS[key];
    const value = String(config[key]);
    if (secret) knownSecrets.add(name, value);
    if (!url) continue;
    knownSecrets.add(`password in ${name}`, URL.parse(value)?.password ?? "");
    knownSecrets.add(`password in ${name}`, urlPassword(value));
  }
  for (const name of ["OPENCODE_SERVER_PASSWORD", "OPENCODE_PASSWORD"]) {
    knownSecrets.add("opencode password", Deno.env.get(name) ?? "");
  }
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

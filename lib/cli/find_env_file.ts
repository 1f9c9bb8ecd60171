import { dirname, join, resolve } from "@std/path";
import { isInside } from "../base/inside.ts";
import { settingPath, type Variables } from "../config.ts";
import { SETTINGS } from "../settings.ts";
import { usage } from "../texts/usage.ts";
import { readEnvFile } from "./env_file.ts";

/** The env file of a run of the program. Files are never mixed: at most one is used. */
export interface EnvFile {
  /** Its path; `undefined` if there is none, so that all settings come from the environment. */
  readonly path: string | undefined;
  /** Its settings that may be used. */
  readonly variables: Variables;
  /**
   * Nobody named it, and it lies inside the agent's directory or its repository: it may have come with somebody else's
   * project, or the agent may have written it.
   */
  readonly isProjects: boolean;
  /** Its settings that are not taken, each a mistake of the user. */
  readonly mistakes: readonly string[];
  /** `./.env`, if it has settings but is not used, because it does not name an app. */
  readonly unused: string | undefined;
}

/** Where the file is looked for. */
export interface EnvFileOptions {
  /** The file of `--env-file`. */
  readonly named: string | undefined;
  /** Whether only the file in the state directory counts, which a profile names. */
  readonly isProfile: boolean;
  /** Whether the named file need not exist. */
  readonly mayBeMissing: boolean;
  /** The settings of the command line and the environment, which go before the file's. */
  readonly overrides: Variables;
  readonly cwd: string;
  readonly home: string | undefined;
}

/** What decides who gets in, where secrets go, and what is run: settings that a project's file may not have. */
export const GUARDED = [
  SETTINGS.opencodeCommand,
  SETTINGS.opencodeUrl,
  SETTINGS.domain,
  SETTINGS.allowedUsers,
  SETTINGS.stateDir,
  SETTINGS.kv,
  SETTINGS.kvToken,
  SETTINGS.sttUrl,
  SETTINGS.updates,
].map(({ name }) => name);

/**
 * Finds the env file: the named one; otherwise `./.env` if it names an app; otherwise the one in the state
 * directory. A file of the agent's directory that nobody named decides nothing that matters.
 *
 * @throws {UsageError} When the file cannot be read.
 */
export async function findEnvFile(options: EnvFileOptions): Promise<EnvFile> {
  const { named, mayBeMissing, overrides, cwd } = options;
  const found = { isProjects: false, mistakes: [], unused: undefined };
  if (named !== undefined) {
    const path = resolve(cwd, named);
    return { ...found, path, variables: await read(path, !mayBeMissing) };
  }
  const stateFile = join(settingPath("stateDir", overrides, options), ".env");
  const here = resolve(cwd, ".env");
  // In the state directory, as a service is, both are one file. It does not belong to a project.
  const isOwn = options.isProfile || await isInside(here, stateFile);
  const local = isOwn ? {} : await read(here, false);
  if (local[SETTINGS.appId.name]?.trim()) {
    const isProjects = await isInAgentDirectory(here, local, options);
    return {
      ...found,
      path: here,
      ...(isProjects ? guarded(here, local, overrides, stateFile) : { variables: local }),
      isProjects,
    };
  }
  const variables = await read(stateFile, false);
  return {
    ...found,
    path: Object.keys(variables).length > 0 ? stateFile : undefined,
    variables,
    unused: Object.keys(local).length > 0 ? here : undefined,
  };
}

/** The settings of a file, without what it holds for other programs. */
async function read(file: string, mustExist: boolean): Promise<Variables> {
  return knownVariables(await readEnvFile(file, mustExist));
}

/** Only the bridge's settings, without those that are empty. */
export function knownVariables(variables: Variables): Variables {
  return Object.fromEntries(
    Object.values(SETTINGS).flatMap(({ name }) => variables[name] ? [[name, variables[name]]] : []),
  );
}

/**
 * Whether a file lies inside the agent's directory, or the repository around that: the directory that it
 * names itself, and the one without it, because the file must not decide how far it is trusted. A link counts
 * by where it is and where it leads.
 */
async function isInAgentDirectory(
  file: string,
  variables: Variables,
  { overrides, ...base }: EnvFileOptions,
): Promise<boolean> {
  for (const known of [overrides, { ...variables, ...overrides }]) {
    const directory = await projectOf(settingPath("cwd", known, base));
    if (await isInside(file, directory) || await isInside(dirname(file), directory)) return true;
  }
  return false;
}

/** The outermost git repository around a directory; the directory itself if there is none. */
async function projectOf(directory: string): Promise<string> {
  let project = directory;
  for (let at = await Deno.realPath(directory).catch(() => directory);; at = dirname(at)) {
    if (await Deno.lstat(join(at, ".git")).then(() => true, () => false)) project = at;
    if (at === dirname(at)) return project;
  }
}

/** Takes from a project's file what is harmless; everything else that it would decide is a mistake. */
function guarded(
  file: string,
  variables: Variables,
  overrides: Variables,
  stateFile: string,
): Pick<EnvFile, "variables" | "mistakes"> {
  const refused = GUARDED.filter((name) => name in variables && !(name in overrides));
  const isTaken = ([name]: [string, string]) => !GUARDED.includes(name);
  return {
    variables: Object.fromEntries(Object.entries(variables).filter(isTaken)),
    mistakes: refused.length > 0 ? [usage.envFileRefused(refused.join(", "), file, stateFile)] : [],
  };
}

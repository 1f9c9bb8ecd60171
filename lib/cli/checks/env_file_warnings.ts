import { nearest } from "../../base/nearest.ts";
import { SETTINGS } from "../../settings.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";
import { junkLines, readEnvFile } from "../env_file.ts";
import type { EnvFile } from "../find_env_file.ts";

const NAMES = Object.values(SETTINGS).map(({ name }) => name);
/** Only these can be meant for the bridge. Other names of a file may be those of other programs. */
const OURS = /^(?:FEISHU|OPENCODE|BRIDGE)_/;
/** The same in the environment, where opencode and other programs of Feishu have names of their own. */
const OURS_ALONE = /^BRIDGE_/;

/** Something about an env file that deserves a look, and what to do about it. */
export interface EnvFileWarning {
  readonly text: string;
  readonly todo: string;
}

/**
 * What deserves a look about the env file: that it is not used, that others can read it, and names in it
 * and lines that are no settings; and such names in the environment.
 *
 * @throws {UsageError} When the file cannot be read.
 */
export async function envFileWarnings(
  { path, unused }: Partial<EnvFile> = {},
  texts: TerminalTexts,
): Promise<EnvFileWarning[]> {
  const warnings: EnvFileWarning[] = [];
  if (path !== undefined) warnings.push(...await openToOthers(path, texts));
  if (unused !== undefined) {
    warnings.push({ text: texts.envFileUnused(unused), todo: texts.checks.settings.todo });
  }
  for (const file of [path, unused]) {
    if (file !== undefined) warnings.push(...await meantNothing(file, texts));
  }
  const set = Object.keys(Deno.env.toObject()).filter((name) => OURS_ALONE.test(name));
  warnings.push(...unknownNames(set, OURS_ALONE, texts.theEnvironment, texts));
  return warnings;
}

/** What is written in an env file and sets nothing: names that are no settings, and lines that are no assignments. */
export async function meantNothing(file: string, texts: TerminalTexts): Promise<EnvFileWarning[]> {
  const junk = (await junkLines(file))
    .map((line) => ({ text: texts.junkLine(line, file), todo: texts.junkTodo }));
  return [...unknownNames(Object.keys(await readEnvFile(file, true)), OURS, file, texts), ...junk];
}

async function openToOthers(file: string, texts: TerminalTexts): Promise<EnvFileWarning[]> {
  const mode = (await Deno.stat(file)).mode ?? 0;
  if ((mode & 0o077) === 0) return [];
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  return [{ text: texts.envFileOpen(file, octal), todo: `chmod 600 ${file}` }];
}

/** The names among these that were meant to be settings. @param ours Those that can be nobody else's. */
function unknownNames(
  names: readonly string[],
  ours: RegExp,
  place: string,
  texts: TerminalTexts,
): EnvFileWarning[] {
  return names.flatMap((name) => {
    if (NAMES.includes(name)) return [];
    const close = nearest(name, NAMES);
    if (close === undefined && !ours.test(name)) return [];
    return [{ text: texts.noSetting(name, place), todo: texts.meantSetting(close) }];
  });
}

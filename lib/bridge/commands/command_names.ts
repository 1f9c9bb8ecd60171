import { nearest } from "../../base/nearest.ts";
import { CHINESE_WORDS } from "./chinese_words.ts";
import type { Commands } from "./command.ts";

/** All names of commands in Latin letters. */
export function commandNames(commands: Commands): readonly string[] {
  return Object.entries(commands).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
}

/** The first name of the command that a word names, in any case: by that, by another one, or in Chinese. */
export function namedCommand(word: string, commands: Commands): string | undefined {
  const typed = word.toLowerCase();
  return Object.entries(commands).find(([name, { aliases = [] }]) =>
    [name, ...aliases, ...CHINESE_WORDS[name]?.words ?? []].includes(typed)
  )?.[0];
}

/** The name that a mistyped word comes closest to, among those of the commands and `others`. */
export function nearestName(
  word: string,
  commands: Commands,
  others: readonly string[],
): string | undefined {
  const typed = word.toLowerCase();
  const ours = commandNames(commands);
  return begun(typed, ours) ?? nearest(typed, [...ours, ...others]);
}

/** The first name that a word begins, when it has at least half of it. */
function begun(word: string, names: readonly string[]): string | undefined {
  return names.find((name) => name.startsWith(word) && word.length * 2 >= name.length);
}

import { ACTIONS, type CommandName, NAMES } from "./table.ts";

/** What a message asks for. */
export type Parsed =
  | { readonly kind: "command"; readonly name: CommandName; readonly argument: string }
  /** Not one of ours: it may be a command of opencode, or mistyped. */
  | { readonly kind: "slash"; readonly word: string; readonly argument: string }
  | { readonly kind: "prompt" };

/**
 * Reads a message's text. What merely begins with a slash is a prompt (`/usr/bin/foo fails, why?`), and
 * so is a sentence that begins with the name of a command that takes no words.
 */
export function parseCommand(text: string): Parsed {
  const match = /^\/([A-Za-z][\w.:-]*)(?:\s+([\s\S]*))?$/.exec(text.trim());
  if (match === null) return { kind: "prompt" };
  const word = (match[1] ?? "").toLowerCase();
  const argument = (match[2] ?? "").trim();
  const name = NAMES.find((one) => one === word || ACTIONS[one].aliases?.includes(word));
  if (name === undefined) return { kind: "slash", word: match[1] ?? "", argument };
  const meant = (ACTIONS[name].takes ?? /^$/).test(argument);
  return meant ? { kind: "command", name, argument } : { kind: "prompt" };
}

/** The command that a lone word is close to, among ours and `others`. */
export function mistyped(
  word: string,
  argument: string,
  others: readonly string[],
): string | undefined {
  if (argument !== "") return undefined;
  const ours = NAMES.flatMap((name) => [name, ...ACTIONS[name].aliases ?? []]);
  return nearest(word.toLowerCase(), [...ours, ...others]);
}

/** The name that differs from a word by at most two letters, and by less than half of it. */
export function nearest<T extends string>(word: string, names: readonly T[]): T | undefined {
  const near = names.map((name) => ({ name, distance: distanceOf(word, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance * 2 < Math.max(word.length, name.length))
    .sort((a, b) => a.distance - b.distance);
  return near.find(({ distance }) => distance <= 2)?.name;
}

/**
 * How many letters must be inserted, removed, replaced, or swapped with the next to make one word of the
 * other; from `most` on nobody counts.
 */
function distanceOf(a: string, b: string, most = 3): number {
  if (most === 0 || a === "" || b === "") return Math.min(a.length + b.length, most);
  if (a[0] === b[0]) return distanceOf(a.slice(1), b.slice(1), most);
  const after = (i: number, j: number) => 1 + distanceOf(a.slice(i), b.slice(j), most - 1);
  const swapped = a[0] === b[1] && a[1] === b[0];
  return Math.min(after(1, 1), after(1, 0), after(0, 1), swapped ? after(2, 2) : most);
}

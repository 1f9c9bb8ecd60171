import { ACTIONS, type CommandName, NAMES } from "./actions.ts";

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
  let best: { name: T; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(word, name.toLowerCase());
    if (distance <= 2 && distance * 2 < Math.max(word.length, name.length)) {
      if (best === undefined || distance < best.distance) best = { name, distance };
    }
  }
  return best?.name;
}

/** How many letters must be inserted, removed, replaced, or swapped with the next to make one word of the other. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(
        at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        swapped ? at(i - 2, j - 2) + 1 : Infinity,
      ));
    }
  }
  return at(a.length, b.length);
}

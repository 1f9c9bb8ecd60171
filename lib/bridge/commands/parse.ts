import { nearest } from "../../base/nearest.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./table.ts";

/** What a text is, by its form. */
export type ParsedText =
  | {
    readonly kind: "command";
    readonly name: string;
    readonly command: Command;
    readonly argument: string;
  }
  /** Not one of the bridge's commands: perhaps one of the agent's, or a mistyped one. */
  | { readonly kind: "slash"; readonly word: string; readonly argument: string }
  | { readonly kind: "prompt" };

const SLASH_WORD = /^\/([A-Za-z][\w.:-]*)(?:\s+([\s\S]*))?$/;

/**
 * Parses the text of a message. A text that merely starts with a slash is a prompt
 * (`/usr/bin/foo fails, why?`), and so is a command with an argument that it does not accept.
 */
export function parseText(text: string): ParsedText {
  const match = SLASH_WORD.exec(text.trim());
  if (match === null) return { kind: "prompt" };
  const word = match[1] ?? "";
  const argument = (match[2] ?? "").trim();
  const found = findCommand(word);
  if (found === undefined) return { kind: "slash", word, argument };
  const [name, command] = found;
  const isAccepted = (command.argumentPattern ?? /^$/).test(argument);
  return isAccepted ? { kind: "command", name, command, argument } : { kind: "prompt" };
}

/** Whether a text begins with one of the bridge's commands, also if its argument makes it a prompt. */
export function beginsWithCommand(text: string): boolean {
  return findCommand(SLASH_WORD.exec(text.trim())?.[1] ?? "") !== undefined;
}

function findCommand(word: string): readonly [string, Command] | undefined {
  const typed = word.toLowerCase();
  return Object.entries(COMMANDS)
    .find(([name, { aliases }]) => name === typed || aliases?.includes(typed));
}

/** Finds the command closest to a word without argument, among the bridge's and `others`. */
export function nearestCommand(
  word: string,
  argument: string,
  others: readonly string[],
): string | undefined {
  if (argument !== "") return undefined;
  const ours = Object.entries(COMMANDS)
    .flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
  return nearest(word.toLowerCase(), [...ours, ...others]);
}

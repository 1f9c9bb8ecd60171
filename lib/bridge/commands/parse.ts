import { nearest } from "../../base/nearest.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./table.ts";

/** What a message asks for. */
export type ParsedText =
  | {
    readonly kind: "command";
    readonly name: string;
    readonly command: Command;
    readonly argument: string;
  }
  /** None of ours: it may be a command of the agent, or mistyped. */
  | { readonly kind: "slash"; readonly word: string; readonly argument: string }
  | { readonly kind: "prompt" };

/**
 * Reads a message's text. What merely begins with a slash is a prompt (`/usr/bin/foo fails, why?`), and
 * so is a sentence that begins with the name of a command that takes no words.
 */
export function parseText(text: string): ParsedText {
  const match = /^\/([A-Za-z][\w.:-]*)(?:\s+([\s\S]*))?$/.exec(text.trim());
  if (match === null) return { kind: "prompt" };
  const word = match[1] ?? "";
  const argument = (match[2] ?? "").trim();
  const typed = word.toLowerCase();
  const found = Object.entries(COMMANDS)
    .find(([name, { aliases }]) => name === typed || aliases?.includes(typed));
  if (found === undefined) return { kind: "slash", word, argument };
  const [name, command] = found;
  const isMeant = (command.argumentPattern ?? /^$/).test(argument);
  return isMeant ? { kind: "command", name, command, argument } : { kind: "prompt" };
}

/** The command that a lone word is close to, among ours and `others`. */
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

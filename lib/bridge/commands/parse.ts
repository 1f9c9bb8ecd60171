import { nearest } from "../../base/nearest.ts";
import type { Work } from "../../model/turn.ts";
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

/** What the keys for `/` write: that of ASCII, and those of Chinese and Japanese keyboards. */
const SLASH = /^[/／、]/;
/** What may stand around a message without being seen. */
const INVISIBLE = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;
/** Signs that end a sentence. After a command they mean nothing. */
const END = /[\s.。．｡,，､、!！?？;；:：…~～]+$/u;
/** A word behind a slash, perhaps behind blanks, and its argument. */
const COMMAND = /^(\s*)([\p{L}][\p{L}\p{N}_.:-]*)(?:\s+([\s\S]*))?$/u;

/** Commands by the words that people write for them in Chinese. */
const CHINESE: Readonly<Record<string, string>> = {
  帮助: "help",
  新建: "new",
  新会话: "new",
  取消: "cancel",
  停止: "cancel",
  停下: "cancel",
  停: "cancel",
  中止: "cancel",
  终止: "cancel",
  状态: "status",
};

/**
 * Parses the text of a message. A text that merely starts with a slash is a prompt
 * (`/usr/bin/foo fails, why?`), and so is a command with an argument that it does not accept. What a Chinese
 * keyboard makes of a command is that command: `、cancel`, `／ｓｔａｔｕｓ`, `/cancel。`, `/ cancel`.
 */
export function parseText(text: string): ParsedText {
  const { slash, blanks, word, argument } = readWord(text);
  if (word === "") return { kind: "prompt" };
  const command = findCommand(word);
  if (command === undefined) {
    // A word of its own may be mistyped; a sentence behind a blank is none of opencode's commands.
    const isAsked = argument === "" || blanks === "" && slash === "/";
    return isAsked && /^[A-Za-z]/.test(word)
      ? { kind: "slash", word, argument }
      : { kind: "prompt" };
  }
  const [name, { argumentPattern = /^$/ }] = command;
  // A path is what was written; everything else is a word.
  const plain = argument.normalize("NFKC").replace(END, "");
  const isPath = argumentPattern.test("a path");
  const accepted = (isPath ? [argument] : [plain, argument])
    .find((one) => argumentPattern.test(one));
  return accepted === undefined
    ? { kind: "prompt" }
    : { kind: "command", name, command: command[1], argument: accepted };
}

/** Whether a text begins with one of the bridge's commands, also if its argument makes it a prompt. */
export function beginsWithCommand(text: string): boolean {
  return findCommand(readWord(text).word) !== undefined;
}

/** The word behind the slash at the beginning of a text, empty if there is none, and what follows it. */
function readWord(text: string): Record<"slash" | "blanks" | "word" | "argument", string> {
  const typed = text.replaceAll(INVISIBLE, "");
  const slash = SLASH.exec(typed)?.[0] ?? "";
  const behind = slash === "" ? "" : typed.slice(1);
  const [, blanks = "", written = "", rest = ""] = COMMAND.exec(behind) ??
    COMMAND.exec(behind.replace(END, "")) ?? [];
  const word = written.normalize("NFKC").replace(END, "");
  return { slash, blanks, word, argument: rest.trim() };
}

/** A command by its name or another name of it, in any case. */
function findCommand(word: string): [name: string, command: Command] | undefined {
  const typed = CHINESE[word] ?? word.toLowerCase();
  return Object.entries(COMMANDS)
    .find(([name, { aliases }]) => name === typed || aliases?.includes(typed));
}

/**
 * The command that a lone word without a slash stands for, among those that end a turn. While one runs, it is
 * meant for that, and not for the queue behind it.
 */
export function stopWord(text: string): Extract<ParsedText, { kind: "command" }> | undefined {
  const word = text.replaceAll(INVISIBLE, "").replace(END, "").normalize("NFKC");
  const command = /\s/.test(word) ? undefined : findCommand(word);
  if (command?.[0] !== "cancel") return undefined;
  return { kind: "command", name: command[0], command: command[1], argument: "" };
}

/**
 * Looks up a slash word among the agent's own commands. Returns its task, a similar command as text, or
 * `undefined` for an ordinary prompt.
 */
export function slashTask(
  { word, argument }: Extract<ParsedText, { kind: "slash" }>,
  names: readonly string[],
): Work["task"] | string {
  const name = names.find((one) => one.toLowerCase() === word.toLowerCase());
  if (name !== undefined) return { kind: "command", name, arguments: argument };
  const similar = nearestCommand(word, argument, names);
  return similar && `/${similar}`;
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
  const typed = word.toLowerCase();
  return begun(typed, ours) ?? nearest(typed, [...ours, ...others]);
}

/** The first name that a word begins, when it has at least half of it. */
function begun(word: string, names: readonly string[]): string | undefined {
  return names.find((name) => name.startsWith(word) && word.length * 2 >= name.length);
}

import { nearest } from "../../base/nearest.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { Work } from "../../model/turn.ts";
import { CHINESE_WORDS, type ChineseWords } from "./chinese_words.ts";
import type { Command } from "./command.ts";
import { commandNames, nearestName } from "./command_names.ts";
import { stopPhrase } from "./stop_words.ts";
import { COMMANDS } from "./table.ts";

/** What a text is, by its form. */
export type ParsedText =
  | {
    readonly kind: "command";
    readonly name: string;
    readonly command: Command;
    readonly argument: string;
  }
  /** A command with a few words that it does not take. */
  | { readonly kind: "misused"; readonly name: string; readonly command: Command }
  /** Not one of the bridge's commands: perhaps one of the agent's, or a mistyped one. */
  | { readonly kind: "slash"; readonly word: string; readonly argument: string }
  | { readonly kind: "prompt" };

/** What the keys for `/` write: that of ASCII, and those of Chinese and Japanese keyboards, perhaps twice. */
const SLASH = /^(?:\/|[／、・]{1,2})/;
/**
 * What may stand around a message without being seen. Without the look behind, a run in the middle of a
 * text would be read once from each of its characters.
 */
const INVISIBLE = /^[\s\p{Cf}]+|(?<![\s\p{Cf}])[\s\p{Cf}]+$/gu;
/** Signs that end a sentence, brackets and emojis. After a command they mean nothing. */
const SIGNS = '[\\s.。．｡,，､、!！?？;；:：…~～)）\\]】」』》”’"\\p{Extended_Pictographic}\\ufe0f]';
const END = new RegExp(`(?<!${SIGNS})${SIGNS}+$`, "u");
/** The same signs of Chinese behind a path that is none. */
const PATH_END = /(?<=[!-~])[。！？，、；：）]{1,3}$/;
/** A word, and an argument behind blanks or the signs that are written in their place. */
const COMMAND = /^\s*(\p{L}+)(?:[\s,，､、:：;；]+([^]*))?$/u;
/** A word as the agent's commands are named, perhaps behind blanks, and its argument. */
const SLASH_WORD = /^\s*(\p{L}[\p{L}\p{N}_.:-]*)(?:\s+([^]*))?$/u;
/** How a path begins that is one for certain, blanks inside or not. */
const PATH_START = /^["'`“‘「~./\\]/;
/** What follows a path in a sentence. */
const PROSE = /\s\p{Script=Han}/u;
/** What may follow a word of Chinese without a blank. */
const ATTACHED = /^[\w~./][!-~]*$/;
/** A text without blanks that is a path more likely than a word of Chinese. */
const PATH_WORD = /[./\\]|^[!-~]*$/;

/** A word, or what may be one in Chinese, which is written without blanks. */
const WORD = /\p{Script=Han}{1,2}|[^\s\p{Script=Han}]+/gu;
/** How much behind a command is a slip rather than a sentence, in words and in characters. */
const SLIP = { words: 2, chars: 40 };

/** How many letters a mistyped word has at least that is known to be a command in spite of an argument. */
const MIN_TYPO_CHARS = 4;

/** A command of the bridge as somebody wrote it. */
export type TypedCommand = Extract<ParsedText, { kind: "command" }>;

/**
 * Parses the text of a message. A text that merely starts with a slash is a prompt
 * (`/usr/bin/foo fails, why?`), and so is a command with a sentence behind it that it does not accept. One or
 * two such words are a slip, and are not queued behind the turn that `/cancel al` should stop. What a Chinese
 * keyboard makes of a command is that command: `、cancel`, `／ｓｔａｔｕｓ`, `/cancel。`, `/ cancel`,
 * `/取消 全部`.
 */
export function parseText(text: string): ParsedText {
  const { behind, isPlain } = readSlash(text);
  const command = findCommand(behind);
  const accepted = command && accept(command, isPlain) || stopCommand(behind);
  if (accepted) return accepted;
  if (command !== undefined) {
    const { name, argument } = command;
    return isPlain && isSlip(argument)
      ? { kind: "misused", name, command: command.command }
      : { kind: "prompt" };
  }
  const [, written = "", rest = ""] = SLASH_WORD.exec(behind) ??
    SLASH_WORD.exec(behind.replace(END, "")) ?? [];
  const word = written.normalize("NFKC").replace(END, "");
  const argument = rest.trim();
  // A sentence may begin with another sign than `/`, or with a blank behind it; a lone word is none.
  const isLoneName = argument === "" && /^[A-Za-z][\w.:-]*$/.test(word);
  return word !== "" && (isPlain || isLoneName)
    ? { kind: "slash", word, argument }
    : { kind: "prompt" };
}

/** What a message is: the command of a button, or by the form of its text. What was said is no command. */
export function parseMessage({ text, heard, pressed }: IncomingMessage): ParsedText {
  if (heard !== undefined) return { kind: "prompt" };
  const command = pressed && COMMANDS[pressed.command];
  if (pressed === undefined || command === undefined) return parseText(text);
  const { command: name, argument } = pressed;
  return { kind: "command", name, command, argument };
}

/** Whether what stands behind a command is too short for a sentence. */
function isSlip(argument: string): boolean {
  return argument.length <= SLIP.chars &&
    (argument.replace(END, "").match(WORD) ?? []).length <= SLIP.words;
}

/** Whether a text is a command that acts at once, whatever is being handled before it. */
export function isUrgent(text: string): boolean {
  const parsed = parseText(text);
  return parsed.kind === "command" && parsed.command.isNeverLate === true;
}

/** Whether a text begins with `/` and one of the bridge's commands, even if its argument makes it a prompt. */
export function beginsWithCommand(text: string): boolean {
  const { behind, isPlain } = readSlash(text);
  return isPlain && (findCommand(behind) ?? stopCommand(behind)) !== undefined;
}

/**
 * The command to stop that a text without a slash stands for when it says nothing else, and that text
 * without signs behind it. While a turn runs, it is meant for that, and not for the queue behind it.
 */
export function stopWord(text: string): TypedCommand & { readonly word: string } | undefined {
  const command = stopCommand(text);
  return command && { ...command, word: text.replaceAll(INVISIBLE, "").replace(END, "") };
}

/** The command that a phrase such as `stop it` or `全部取消` stands for. */
function stopCommand(text: string): TypedCommand | undefined {
  const phrase = stopPhrase(text);
  const command = COMMANDS["cancel"];
  if (phrase === undefined || command === undefined) return undefined;
  return { kind: "command", name: "cancel", command, argument: phrase === "all" ? "all" : "" };
}

/** What stands behind the slash of a text; `isPlain` if that is a `/` with no blank behind it. */
function readSlash(text: string): { behind: string; isPlain: boolean } {
  const typed = text.replaceAll(INVISIBLE, "");
  const [slash] = SLASH.exec(typed) ?? [];
  return {
    behind: slash === undefined ? "" : typed.slice(slash.length),
    isPlain: /^\/\S/.test(typed),
  };
}

/** A command by a word of Chinese and what stands behind it without a blank, as in `下载a.txt`. */
function findAttached(typed: string): Omit<TypedCommand, "kind"> | undefined {
  for (const [name, command] of Object.entries(COMMANDS)) {
    const { words = [], begins } = CHINESE_WORDS[name] ?? {};
    const [begun] = begins?.exec(typed) ?? [];
    if (begun !== undefined) return { name, command, argument: typed.slice(begun.length).trim() };
    for (const word of words) {
      const argument = typed.startsWith(word) ? typed.slice(word.length).replace(PATH_END, "") : "";
      if (ATTACHED.test(argument)) return { name, command, argument };
    }
  }
  return undefined;
}

/** A command by one of its names, in any case, and whatever stands behind that. */
function findCommand(typed: string): Omit<TypedCommand, "kind"> | undefined {
  const [, written = "", rest = ""] = COMMAND.exec(typed) ??
    COMMAND.exec(typed.replace(END, "")) ?? [];
  const word = written.normalize("NFKC").toLowerCase();
  const argument = rest.trim();
  for (const [name, command] of Object.entries(COMMANDS)) {
    if (word === name || command.aliases?.includes(word)) return { name, command, argument };
    const { words = [], takes = {} } = CHINESE_WORDS[name] ?? {};
    const behind = words.filter((one) => word.startsWith(one)).map((one) => word.slice(one.length));
    if (behind.includes("")) return { name, command, argument };
    // Chinese is written without blanks.
    const taken = behind.find((one) => Object.hasOwn(takes, one));
    if (taken !== undefined) return { name, command, argument: `${taken} ${argument}`.trim() };
  }
  return findAttached(typed.trimStart());
}

/** The command with the argument that it accepts; `undefined` if it accepts none like that. */
function accept(
  { name, command, argument }: Omit<TypedCommand, "kind">,
  isPlain: boolean,
): TypedCommand | undefined {
  const { argumentPattern = /^$/ } = command;
  const { takes = {}, behind = {} } = CHINESE_WORDS[name] ?? {};
  const meant = (known: ChineseWords["takes"]) => (word: string) =>
    known && Object.hasOwn(known, word) ? known[word] ?? word : word;
  const known = (text: string) => text.replace(/^\S+/, meant(takes));
  if (command.takesText) return { kind: "command", name, command, argument: known(argument) };
  const plain = known(argument.normalize("NFKC").replace(END, ""))
    .replace(/(?<=\s)\S+/g, meant(behind));
  // A path is what was written; everything else is a word.
  const isPath = argumentPattern.test("a path");
  const looksLikePath = PATH_START.test(argument) && !PROSE.test(argument) ||
    (!/\s/.test(argument) && PATH_WORD.test(argument));
  const accepted = (isPath ? [argument.replace(PATH_END, "")] : [plain, argument])
    .find((one) => argumentPattern.test(one));
  if (accepted === undefined || (isPath && !isPlain && !looksLikePath)) return undefined;
  return { kind: "command", name, command, argument: accepted };
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

/**
 * Finds the command that a mistyped one was to be, among the bridge's and `others`. With an argument, a single letter
 * of a longer word is wrong, and the argument is short, or is one that the command takes: all else is a sentence.
 */
export function nearestCommand(
  word: string,
  argument: string,
  others: readonly string[],
): string | undefined {
  if (argument === "") return nearestName(word, COMMANDS, others);
  if (word.length < MIN_TYPO_CHARS) return undefined;
  const name = nearest(word, [...commandNames(COMMANDS), ...others], 1);
  const meant = name === undefined ? undefined : findCommand(name);
  const isTaken = meant && accept({ ...meant, argument }, true) !== undefined;
  return isTaken || isSlip(argument) || others.includes(name ?? "") ? name : undefined;
}

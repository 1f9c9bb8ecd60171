import { parseArgs, type ParseArgsConfig } from "node:util";
import { defined } from "../base/json.ts";
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "../base/log.ts";
import { nearest } from "../base/nearest.ts";
import { SETTINGS } from "../settings.ts";
import { isProfileName, profileDir } from "../base/profiles.ts";
import { usage } from "../texts/usage.ts";
import { readScriptArgs, type ScriptArgs } from "./scripts/script_args.ts";
import {
  CLI_ACTIONS,
  CLI_COMMANDS,
  CLI_OPTIONS,
  type CliAction,
  type CliCommand,
  type CliOption,
  type CliOptionName,
  hasActions,
  OPTION_NAMES,
} from "./options.ts";
import { mistake } from "./mistake.ts";

/** A command line that was understood. */
export interface Args {
  readonly command: CliCommand;
  /** What `service` or `pair` is to do. */
  readonly action: CliAction | undefined;
  /** The command that help is asked for; unset for all of it. */
  readonly topic?: CliCommand;
  /** How many lines `logs` shows. */
  readonly lines?: number;
  /** Whom `pair remove` is about. */
  readonly openId?: string;
  /** Where `kv move` copies the state to, or from. */
  readonly to?: string;
  readonly from?: string;
  /** The chat, topic or session that `attach` is about, by its name or id. */
  readonly target?: string;
  /** What `send` and `ask` are given. */
  readonly script?: ScriptArgs;
  /** Values of settings, by variable. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly envFile: string | undefined;
  /** Which of several bridges it is about, by the name of its profile. */
  readonly profile?: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly once: string | undefined;
  /** The flags that were given, by name. */
  readonly flags: readonly CliOptionName[];
  /**
   * The options as they are written on a command line, to start this program again with `run`, without
   * {@linkcode privateEnv}.
   */
  readonly forRun: readonly string[];
  /** The variables that replace the options which may hold a password: everybody sees command lines. */
  readonly privateEnv: Readonly<Record<string, string>>;
}

/** An option of the command line with its text, which is empty for a flag. */
type GivenOption = CliOption & { readonly name: CliOptionName; readonly text: string };

/** One option as `node:util` finds it. */
interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

const { stateDir } = SETTINGS;

/** Splits a command line into words and options. */
function splitArgs(argv: readonly string[]) {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { value, short }] of Object.entries(CLI_OPTIONS)) {
    options[name] = { type: value ? "string" : "boolean", ...(short ? { short } : {}) };
  }
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  const words: string[] = [];
  const given = new Map<CliOptionName, GivenOption>();
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const option = readOption(token);
    // Which of two values counts would be a guess; a flag says the same twice.
    if (option.value !== undefined && given.has(option.name)) {
      throw mistake(usage.repeated(option.name));
    }
    given.set(option.name, option);
  }
  return { words, given };
}

/**
 * Reads the command line.
 *
 * @throws {UsageError} When something is unknown, incomplete or not allowed. For an unknown name, the
 * message suggests the nearest match.
 */
export function readArgs(argv: readonly string[]): Args {
  const { words, given } = splitArgs(argv);
  const asked = askedFor(words);
  const { command = "run", action, openId, target, text: typed } = readWords(
    asked === undefined ? words : words.slice(1).filter((word) => askedFor([word]) === undefined),
  );
  const hasHelp = given.has("help") || asked === "help";
  const topic = hasHelp && words.some((word) => word === command) ? command : undefined;
  if (hasActions(command) && action === undefined && !hasHelp) {
    throw mistake(usage.missingAction(command, CLI_ACTIONS[command].join("|")));
  }
  const all = [...given.values()];
  for (const { name, of } of all) {
    const isHere = of?.some((one) => one === command || one === `${command} ${action}`) ?? true;
    if (!isHere) throw mistake(usage.belongsTo(name, orList(of ?? [])));
  }
  const text = (name: CliOptionName) => given.get(name)?.text;
  const profile = readProfile(text);
  return {
    command,
    action,
    ...(topic !== undefined && { topic }),
    ...(given.has("lines") && { lines: count(text("lines") ?? "") }),
    ...(openId !== undefined && { openId }),
    ...(target !== undefined && { target }),
    ...defined({ to: text("to"), from: text("from") }),
    ...((command === "send" || command === "ask") && !hasHelp &&
      { script: readScriptArgs(command, typed, text) }),
    overrides: overridesOf(all, profile),
    envFile: text("env-file"),
    once: text("once"),
    ...(profile !== undefined && { profile }),
    flags: [
      ...all.filter(({ value }) => value === undefined).map(({ name }) => name),
      ...(asked === undefined || given.has(asked) ? [] : [asked]),
    ],
    forRun: all.filter(({ value, of, secret }) => value !== undefined && !of && !secret)
      .map(({ name, text }) => `--${name}=${text}`),
    privateEnv: Object.fromEntries(
      all.flatMap(({ variable, secret, text }) => variable && secret ? [[variable, text]] : []),
    ),
    logLevel: oneOf(text("log-level") ?? "info", LOG_LEVELS, "--log-level"),
    logFormat: oneOf(text("log-format") ?? "text", LOG_FORMATS, "--log-format"),
  };
}

/** The words of a command line that are not options. */
interface Words {
  readonly command?: CliCommand;
  readonly action?: CliAction;
  readonly openId?: string;
  readonly target?: string;
  readonly text?: string;
}

/** The words that say the same as options. */
const WORDS_OF_OPTIONS = ["help", "version"] as const;

/** Whether the first word asks for help or the version. */
function askedFor([first]: readonly string[]): (typeof WORDS_OF_OPTIONS)[number] | undefined {
  return WORDS_OF_OPTIONS.find((word) => word === first);
}

function readWords(words: readonly string[]): Words {
  const [first, ...rest] = words;
  if (first === undefined) return {};
  const command = CLI_COMMANDS.find((name) => name === first);
  if (command === undefined) {
    throw mistake(
      usage.unknownCommand(first, hint(nearest(first, [...CLI_COMMANDS, ...WORDS_OF_OPTIONS]))),
    );
  }
  const known: readonly CliAction[] = hasActions(command) ? CLI_ACTIONS[command] : [];
  const word = hasActions(command) ? rest.shift() : undefined;
  const action = known.find((name) => name === word);
  if (word !== undefined && action === undefined) {
    throw mistake(usage.unknownAction(word, command, orList(known)));
  }
  const openId = action === "remove" ? rest.shift() : undefined;
  // It becomes the name of a file.
  if (action === "remove" && !/^ou_[\w-]+$/.test(openId ?? "")) throw mistake(usage.removeWhom);
  const target = command === "attach" ? rest.shift() : undefined;
  const text = command === "send" || command === "ask" ? rest.shift() : undefined;
  const [extra] = rest;
  if (extra !== undefined) throw mistake(usage.unexpectedArgument(extra, command));
  return {
    command,
    ...(action && { action }),
    ...(openId !== undefined && { openId }),
    ...(target !== undefined && { target }),
    ...(text !== undefined && { text }),
  };
}

function readOption({ name: given, rawName, value, inlineValue }: OptionToken): GivenOption {
  const name = OPTION_NAMES.find((one) => one === given);
  if (name === undefined) {
    const dashes = rawName.startsWith("--") ? "--" : "-";
    const close = nearest(given, OPTION_NAMES);
    throw mistake(
      usage.unknownOption(dashes + given, hint(close === undefined ? close : dashes + close)),
    );
  }
  const option = CLI_OPTIONS[name];
  if (option.value === undefined) {
    if (value !== undefined) throw mistake(usage.takesNoValue(name));
    return { ...option, name, text: "" };
  }
  // `--cwd --force` has no value for `--cwd`.
  const isNextOption = !inlineValue && value?.startsWith("--");
  if (!value || isNextOption) throw mistake(usage.needsValue(name, option.value));
  return { ...option, name, text: value };
}

/** The settings that options override, by variable. */
function overridesOf(
  given: readonly GivenOption[],
  profile: string | undefined,
): Record<string, string> {
  return Object.fromEntries([
    ...given.flatMap(({ variable, text }) => variable ? [[variable, text]] : []),
    ...(profile === undefined ? [] : [[stateDir.name, profileDir(stateDir.fallback, profile)]]),
  ]);
}

/** The profile, which names a state directory. */
function readProfile(text: (name: CliOptionName) => string | undefined): string | undefined {
  const profile = text("profile");
  if (profile === undefined) return undefined;
  if (!isProfileName(profile)) throw mistake(usage.notAProfile(profile));
  if (text("state-dir") !== undefined) throw mistake(usage.profileAndStateDir);
  return profile;
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw mistake(usage.notACount(text));
  return Number(text);
}

function oneOf<T extends string>(text: string, allowed: readonly T[], option: string): T {
  const found = allowed.find((one) => one === text);
  if (found !== undefined) return found;
  throw mistake(usage.notAllowed(option, text, orList(allowed)));
}

/** Words as a sentence lists them: a, b or c. */
function orList(words: readonly string[]): string {
  return words.join(", ").replace(/, (?=[^,]*$)/, " or ");
}

function hint(close: string | undefined): string {
  return close === undefined ? usage.helpListsThem : usage.didYouMean(close);
}

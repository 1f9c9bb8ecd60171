import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearest } from "../bridge/commands/parse.ts";
import { SETTINGS } from "../config.ts";
import { UsageError } from "../base/errors.ts";
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "../base/log.ts";

/** The commands of the command line with what they do, in the order of `--help`. */
export const CLI_COMMANDS = {
  run: "run the bridge in the foreground (the default)",
  start: "run the bridge in the background",
  stop: "end the bridge in the background, and its opencode",
  status: "tell whether the bridge runs, and how it is",
  logs: "show the bridge's log",
  doctor: "prove the chain link by link, and tell what to do about each broken one",
  setup: "make the Feishu app by scanning a QR code, and write .env",
  service: "install, uninstall or status: the bridge as a service of systemd or launchd",
  demo: "try everything on this machine, without a Feishu account",
} as const;
/** One of {@linkcode CLI_COMMANDS}. */
export type CliCommand = keyof typeof CLI_COMMANDS;

interface OptionSpec {
  readonly value?: string;
  readonly doc: string;
  /** The setting that this option overrides. */
  readonly variable?: string;
  /** The one command that knows it. */
  readonly of?: CliCommand;
  /** One letter that stands for it. */
  readonly short?: string;
}

/** The options with what they do, in the order of `--help`. */
export const CLI_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "cwd": { value: "DIR", doc: "the directory that the agent sees", variable: "OPENCODE_CWD" },
  "env-file": { value: "FILE", doc: "settings (default: ./.env, then <state dir>/.env)" },
  "state-dir": { value: "DIR", doc: "where state is kept", variable: "BRIDGE_STATE_DIR" },
  "opencode-url": { value: "URL", doc: "use a running opencode server", variable: "OPENCODE_URL" },
  "log-level": { value: "LEVEL", doc: LOG_LEVELS.join(", ") },
  "log-format": { value: "FORMAT", doc: LOG_FORMATS.join(" or ") },
  "force": { of: "start", doc: "replace a bridge that already runs" },
  "follow": { of: "logs", short: "f", doc: "go on as the log grows (-f)" },
  "offline": { of: "doctor", doc: "only what is on this machine" },
  "json": { of: "doctor", doc: "findings as JSON" },
  "manual": { of: "setup", doc: "ask for the id and secret of an app of yours" },
  "system": { of: "service", doc: "only print a unit for the whole system" },
  "dry-run": { of: "service", doc: "only print what install would write" },
  "once": { value: "TEXT", of: "demo", doc: "send one message, print the answer, and end" },
  "scripted": { of: "demo", doc: "use the scripted model, also if you have one of your own" },
  "version": { doc: "print the version" },
  "help": { doc: "print this help" },
};

/** What {@linkcode CLI_COMMANDS.service} can do. */
const SERVICE_ACTIONS = ["install", "uninstall", "status"] as const;

/** A command line that was understood. */
export interface Args {
  readonly command: CliCommand;
  /** What `service` is to do. */
  readonly action: (typeof SERVICE_ACTIONS)[number] | undefined;
  /** Values of settings, by variable. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly envFile: string | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly once: string | undefined;
  /** Options without a value that were given. */
  readonly flags: readonly string[];
  /** The options in the words of the command line, for another start of this program with `run`. */
  readonly forRun: readonly string[];
}

/**
 * Reads the command line.
 *
 * @throws {UsageError} For what is unknown or incomplete, with the nearest match.
 */
export function readArgs(argv: readonly string[]): Args {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { value, short }] of Object.entries(CLI_OPTIONS)) {
    options[name] = { type: value ? "string" : "boolean", ...(short ? { short } : {}) };
  }
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  const given = new Map<string, OptionSpec & { name: string; text: string }>();
  let command: CliCommand | undefined;
  let action: Args["action"];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (command === "service" && action === undefined) {
        action = oneOf(token.value, SERVICE_ACTIONS, "of service");
      } else if (command !== undefined) {
        throw mistake(`Unexpected argument "${token.value}" after "${command}"`);
      } else command = known(token.value, CLI_COMMANDS, "command", "");
    } else if (token.kind === "option") {
      const dashes = token.rawName.startsWith("--") ? "--" : "-";
      const name = known(token.name, CLI_OPTIONS, "option", dashes);
      const spec: OptionSpec = CLI_OPTIONS[name] ?? { doc: "" };
      const swallowed = !token.inlineValue && token.value?.startsWith("--");
      if (spec.value !== undefined && (!token.value || swallowed)) {
        throw mistake(`Option --${name} needs a value: --${name} ${spec.value}`);
      }
      if (spec.value === undefined && token.value !== undefined) {
        throw mistake(`Option --${name} takes no value`);
      }
      given.set(name, { ...spec, name, text: token.value ?? "" });
    }
  }
  if (command === "service" && action === undefined && !given.has("help")) {
    throw mistake(`Say what to do: service ${SERVICE_ACTIONS.join("|")}`);
  }
  const all = [...given.values()];
  const stray = all.find(({ of }) => of !== undefined && of !== (command ?? "run"));
  if (stray) throw mistake(`Option --${stray.name} belongs to the command ${stray.of}`);
  const text = (name: string) => given.get(name)?.text;
  return {
    command: command ?? "run",
    action,
    overrides: Object.fromEntries(
      all.flatMap(({ variable, text }) => variable ? [[variable, text]] : []),
    ),
    envFile: text("env-file"),
    once: text("once"),
    flags: all.filter(({ value }) => value === undefined).map(({ name }) => name),
    forRun: all.filter(({ value, of }) => value !== undefined && of === undefined)
      .map(({ name, text }) => `--${name}=${text}`),
    logLevel: oneOf(text("log-level") ?? "info", LOG_LEVELS, "--log-level"),
    logFormat: oneOf(text("log-format") ?? "text", LOG_FORMATS, "--log-format"),
  };
}

function known<T extends string>(
  name: string,
  table: Readonly<Record<T, unknown>>,
  what: string,
  dashes: string,
): T {
  if (Object.hasOwn(table, name)) return name as T;
  const close = nearest(name, Object.keys(table));
  const hint = close === undefined ? "--help lists them" : `did you mean ${dashes}${close}?`;
  throw mistake(`Unknown ${what} ${dashes}${name}: ${hint}`);
}

function oneOf<T extends string>(text: string, allowed: readonly T[], option: string): T {
  const found = allowed.find((one) => one === text);
  if (found !== undefined) return found;
  throw mistake(`Option ${option} is "${text}": it must be ${allowed.join(", ")}`);
}

function mistake(message: string): UsageError {
  return new UsageError(message, { exitCode: 2 });
}

/** The text of `--help`, made from the tables of commands, options and settings. */
export function helpText(): string {
  const options = Object.entries(CLI_OPTIONS).map(([name, { value, of, doc }]) => [
    value ? `--${name} ${value}` : `--${name}`,
    of ? `with ${of}: ${doc}` : doc,
  ]);
  const settings = Object.values(SETTINGS).map(({ name, fallback, doc }) => [
    name,
    fallback === "" || doc.includes("default") ? doc : `${doc} Default: ${fallback}`,
  ]);
  return [
    "Drives the opencode coding agent on this machine from a Feishu/Lark chat.",
    "",
    "Usage: feishu-opencode-bridge [command] [options]",
    "",
    "Commands:",
    ...columns(Object.entries(CLI_COMMANDS)),
    "",
    "Options:",
    ...columns(options),
    "",
    "Settings, from the environment or an env file:",
    ...columns(settings),
  ].join("\n");
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([left = ""]) => left.length));
  return rows.map(([left = "", right = ""]) =>
    `  ${left.padEnd(width)}  ${right.replaceAll("`", "")}`
  );
}

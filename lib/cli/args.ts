import { parseArgs } from "node:util";
import { nearest } from "../bridge/commands.ts";
import { UsageError } from "../errors.ts";
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "../log.ts";

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
  "opencode-url": {
    value: "URL",
    doc: "use this running opencode server",
    variable: "OPENCODE_URL",
  },
  "log-level": { value: "LEVEL", doc: LOG_LEVELS.join(", ") },
  "log-format": { value: "FORMAT", doc: LOG_FORMATS.join(" or ") },
  "force": { of: "start", doc: "with start: replace a bridge that already runs" },
  "follow": { of: "logs", short: "f", doc: "with logs: go on as the log grows (-f)" },
  "offline": { of: "doctor", doc: "with doctor: only what is on this machine" },
  "json": { of: "doctor", doc: "with doctor: findings as JSON" },
  "manual": { of: "setup", doc: "with setup: ask for the id and secret of an app of yours" },
  "system": { of: "service", doc: "with service install: print a unit for the whole system" },
  "dry-run": { of: "service", doc: "with service install: print what would be written" },
  "once": {
    value: "TEXT",
    of: "demo",
    doc: "with demo: send one message, print the answer, and end",
  },
  "scripted": {
    of: "demo",
    doc: "with demo: use the scripted model, also if you have one of your own",
  },
  "version": { doc: "print the version" },
  "help": { doc: "print this help" },
};

/** What {@linkcode CLI_COMMANDS.service} can do. */
const SERVICE_ACTIONS = ["install", "uninstall", "status"] as const;

/** A command line that was understood. */
export interface Args {
  readonly command: CliCommand;
  /** What `service` is to do. */
  readonly action?: (typeof SERVICE_ACTIONS)[number];
  /** Values of settings, by variable. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly once?: string;
  /** Options without a value that were given. */
  readonly flags: readonly string[];
  /** The options in the words of the command line, for another start of this program with `run`. */
  readonly forRun: readonly string[];
  readonly version: boolean;
  readonly help: boolean;
}

/**
 * Reads the command line.
 *
 * @throws {UsageError} For what is unknown or incomplete, with the nearest match.
 */
export function readArgs(argv: readonly string[]): Args {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(CLI_OPTIONS).map(([name, { value, short }]) => [
        name,
        {
          type: value === undefined ? "boolean" as const : "string" as const,
          ...(short === undefined ? {} : { short }),
        },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string>();
  let command: CliCommand | undefined;
  let action: Args["action"];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (command === "service" && action === undefined) {
        action = oneOf(token.value, SERVICE_ACTIONS, "of service");
        continue;
      }
      if (command !== undefined) {
        throw mistake(`Unexpected argument "${token.value}" after "${command}"`);
      }
      command = known(token.value, Object.keys(CLI_COMMANDS), "command") as CliCommand;
    } else if (token.kind === "option") {
      const dashes = token.rawName.startsWith("--") ? "--" : "-";
      const name = known(token.name, Object.keys(CLI_OPTIONS), "option", dashes);
      const { value } = CLI_OPTIONS[name] ?? {};
      const swallowed = !token.inlineValue && token.value?.startsWith("--");
      if (value !== undefined && (!token.value || swallowed)) {
        throw mistake(`Option --${name} needs a value: --${name} ${value}`);
      }
      if (value === undefined && token.value !== undefined) {
        throw mistake(`Option --${name} takes no value`);
      }
      values.set(name, token.value ?? "");
    }
  }
  if (command === "service" && action === undefined && !values.has("help")) {
    throw mistake(`Say what to do: service ${SERVICE_ACTIONS.join("|")}`);
  }
  const overrides: Record<string, string> = {};
  for (const [name, { variable }] of Object.entries(CLI_OPTIONS)) {
    const value = values.get(name);
    if (variable !== undefined && value !== undefined) overrides[variable] = value;
  }
  for (const name of values.keys()) {
    const { of } = CLI_OPTIONS[name] ?? {};
    if (of !== undefined && of !== (command ?? "run")) {
      throw mistake(`Option --${name} belongs to the command ${of}`);
    }
  }
  const envFile = values.get("env-file");
  const once = values.get("once");
  return {
    command: command ?? "run",
    ...(action === undefined ? {} : { action }),
    overrides,
    ...(envFile === undefined ? {} : { envFile }),
    ...(once === undefined ? {} : { once }),
    flags: [...values.keys()].filter((name) => CLI_OPTIONS[name]?.value === undefined),
    forRun: [...values].filter(([name]) => {
      const { value, of } = CLI_OPTIONS[name] ?? {};
      return value !== undefined && of === undefined;
    }).map(([name, value]) => `--${name}=${value}`),
    logLevel: oneOf(values.get("log-level") ?? "info", LOG_LEVELS, "--log-level"),
    logFormat: oneOf(values.get("log-format") ?? "text", LOG_FORMATS, "--log-format"),
    version: values.has("version"),
    help: values.has("help"),
  };
}

function known(name: string, names: readonly string[], what: string, dashes = ""): string {
  if (names.includes(name)) return name;
  const close = nearest(name, names);
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

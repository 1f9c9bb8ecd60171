/** The commands of the command line, in the order of `--help`. */
export const CLI_COMMANDS = [
  "run",
  "start",
  "stop",
  "status",
  "logs",
  "doctor",
  "setup",
  "service",
  "pair",
  "attach",
  "send",
  "ask",
  "chats",
  "kv",
  "profiles",
  "config",
  "update",
  "demo",
  "completions",
] as const;
/** One of {@linkcode CLI_COMMANDS}. */
export type CliCommand = (typeof CLI_COMMANDS)[number];

/** What a command can do, for those that have to be told. */
export const CLI_ACTIONS = {
  service: ["install", "uninstall", "status"],
  pair: ["list", "remove"],
  kv: ["move"],
  config: ["show"],
  completions: ["bash", "zsh", "fish"],
} as const;
/** One of {@linkcode CLI_ACTIONS}. */
export type CliAction = (typeof CLI_ACTIONS)[keyof typeof CLI_ACTIONS][number];

/** What is typed behind a command and its action, as `--help` shows it. */
export const CLI_ARGUMENTS: Partial<Record<CliCommand, string>> = {
  pair: "[OPEN_ID]",
  attach: "[NAME]",
  send: "--chat NAME [TEXT|-]",
  ask: "--chat NAME TEXT|-",
};

/** Whether a command has to be told what to do. */
export function hasActions(command: CliCommand): command is keyof typeof CLI_ACTIONS {
  return command in CLI_ACTIONS;
}

/** One option of the command line. */
export interface CliOption {
  /** The placeholder of its value in `--help`; unset for a flag. */
  readonly value?: string;
  /** The setting that it overrides. */
  readonly variable?: string;
  /** The only commands that accept it, or their only actions that do. */
  readonly of?: readonly (CliCommand | `${CliCommand} ${CliAction}`)[];
  /** Its one-letter form. */
  readonly short?: string;
  /** Whether its value may hold a password. */
  readonly secret?: true;
}

const options = {
  "cwd": { value: "DIR", variable: "OPENCODE_CWD" },
  "env-file": { value: "FILE" },
  "state-dir": { value: "DIR", variable: "BRIDGE_STATE_DIR" },
  "profile": { value: "NAME" },
  "opencode-url": { value: "URL", variable: "OPENCODE_URL", secret: true },
  "log-level": { value: "LEVEL" },
  "log-format": { value: "FORMAT" },
  "chat": { value: "NAME", of: ["send", "ask"] },
  "file": { value: "FILE", of: ["send"] },
  "id": { value: "ID", of: ["send", "ask"] },
  "timeout": { value: "SECONDS", of: ["ask"] },
  "check": { of: ["update"] },
  "force": { of: ["start"] },
  "follow": { of: ["logs"], short: "f" },
  "lines": { value: "N", of: ["logs"], short: "n" },
  "offline": { of: ["doctor"] },
  "json": { of: ["doctor", "status", "chats", "profiles"] },
  "manual": { of: ["setup"] },
  "repair": { of: ["setup"] },
  "system": { of: ["service install"] },
  "dry-run": { of: ["service install"] },
  "to": { value: "URL", of: ["kv move"] },
  "from": { value: "URL", of: ["kv move"] },
  "overwrite": { of: ["kv move"] },
  "once": { value: "TEXT", of: ["demo"] },
  "scripted": { of: ["demo"] },
  "version": { short: "V" },
  "help": { short: "h" },
} satisfies Record<string, CliOption>;

/** The name of an option, without its dashes. */
export type CliOptionName = keyof typeof options;

/** The options of the command line, in the order of `--help`. */
export const CLI_OPTIONS: Readonly<Record<CliOptionName, CliOption>> = options;
/** Their names, in that order. */
export const OPTION_NAMES = Object.keys(options) as readonly CliOptionName[];

/** Whether a command, or one of its actions, has an option of its own. */
export function isOptionOf(name: CliOptionName, command: CliCommand): boolean {
  return CLI_OPTIONS[name].of?.some((one) => one.split(" ")[0] === command) ?? false;
}

import { resolve } from "@std/path";
import { UsageError } from "./base/errors.ts";

/** One setting: where it comes from, what it means, and how its text becomes a value. */
interface Setting<T> {
  /** The environment variable. */
  readonly name: string;
  /** The text that stands in when the variable is unset or empty. */
  readonly fallback: string;
  /** One sentence for `--help`, `.env.example` and the README. */
  readonly doc: string;
  /** What is allowed, for the error message. */
  readonly allowed: string;
  /** The value, or `undefined` when the text, which has no blanks around it, is not allowed. */
  readonly parse: (text: string) => T | undefined;
  /** Whether the bridge cannot run without it. */
  readonly required?: true;
  /** Whether the value must never be printed. */
  readonly secret?: true;
}

const setting = <T>(setting: Setting<T>): Setting<T> => setting;

const anyText = (text: string): string => text;
const matching = (pattern: RegExp) => (text: string) => pattern.test(text) ? text : undefined;

function baseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) return undefined;
  return url.href.replace(/\/+$/, "");
}

/** What a setting says, whose text is read in a common way. */
type Named = Pick<Setting<unknown>, "name" | "fallback" | "doc">;

/** A number of seconds; the value is in milliseconds. */
const seconds = (min: number, max: number, named: Named): Setting<number> => ({
  ...named,
  allowed: `a number from ${min} to ${max}`,
  parse: (text) => Number(text) >= min && Number(text) <= max ? Number(text) * 1000 : undefined,
});

/** One of some words. */
const choice = <const T extends string>(values: readonly T[], named: Named): Setting<T> => ({
  ...named,
  allowed: values.join(", ").replace(/, (?=[a-z]+$)/, " or "),
  parse: (text) => values.find((value) => value === text.toLowerCase()),
});

/** Who may use the bot. */
export type Allowed =
  | { readonly kind: "everyone" }
  | { readonly kind: "pair" }
  | { readonly kind: "list"; readonly openIds: readonly string[] };

function allowedUsers(text: string): Allowed | undefined {
  const openIds = text.split(",").map((item) => item.trim()).filter((item) => item !== "");
  if (openIds.length === 0) return { kind: "everyone" };
  if (openIds.length === 1 && openIds[0] === "pair") return { kind: "pair" };
  return openIds.every((item) => /^ou_[\w-]+$/.test(item)) ? { kind: "list", openIds } : undefined;
}

/** The one table of settings; `--help`, `.env.example` and the README are checked against it. */
export const SETTINGS = {
  appId: setting({
    name: "FEISHU_APP_ID",
    fallback: "",
    doc: "App id of the Feishu app; required.",
    allowed: "cli_ and 16 hexadecimal digits, as the app's page in the developer console shows it",
    parse: matching(/^cli_[0-9a-fA-F]{16}$/),
    required: true,
  }),
  appSecret: setting({
    name: "FEISHU_APP_SECRET",
    fallback: "",
    doc: "App secret of the Feishu app; required.",
    allowed: "the app's secret, without spaces",
    parse: matching(/^\S+$/),
    required: true,
    secret: true,
  }),
  domain: setting({
    name: "FEISHU_DOMAIN",
    fallback: "https://open.feishu.cn",
    doc: "`https://open.larksuite.com` for Lark; any base URL for tests.",
    allowed: "an http or https URL",
    parse: baseUrl,
  }),
  allowedUsers: setting({
    name: "FEISHU_ALLOWED_USERS",
    fallback: "",
    doc: "Comma-separated `open_id`s; empty lets in everyone who can reach the bot; " +
      "`pair` nobody until they send the one-time code that the terminal shows.",
    allowed: "open_ids (ou_…) separated by commas, or the word pair",
    parse: allowedUsers,
  }),
  cwd: setting({
    name: "OPENCODE_CWD",
    fallback: ".",
    doc: "The directory that the agent sees (default: the current directory).",
    allowed: "an existing directory",
    parse: anyText,
  }),
  opencodeCommand: setting({
    name: "OPENCODE_CMD",
    fallback: "opencode",
    doc: "The opencode binary.",
    allowed: "a command name or a path",
    parse: anyText,
  }),
  opencodeUrl: setting({
    name: "OPENCODE_URL",
    fallback: "",
    doc: "Attach to this running opencode server instead of starting one.",
    allowed: "an http or https URL",
    parse: (text) => text && baseUrl(text),
  }),
  stateDir: setting({
    name: "BRIDGE_STATE_DIR",
    fallback: "~/.feishu-opencode-bridge",
    doc: "State, logs and the pid file; created with mode 0700.",
    allowed: "a path",
    parse: anyText,
  }),
  editThrottleMs: seconds(0.2, 60, {
    name: "BRIDGE_EDIT_THROTTLE_S",
    fallback: "1.5",
    doc: "Least seconds between two live edits of one message.",
  }),
  maxMessageLength: setting({
    name: "BRIDGE_MAX_MESSAGE_LEN",
    fallback: "8000",
    doc:
      "Most characters of answer in one message; a longer one takes up to five, or comes as a file.",
    allowed: "a whole number from 500 to 20000",
    parse: (text) => {
      const value = Number(text);
      return Number.isInteger(value) && value >= 500 && value <= 20_000 ? value : undefined;
    },
  }),
  dedupTtlMs: seconds(600, 2_592_000, {
    name: "BRIDGE_DEDUP_TTL_S",
    fallback: "28800",
    doc: "Seconds for which a message id is remembered (Feishu redelivers for up to 6 h).",
  }),
  lateAfterMs: seconds(10, 604_800, {
    name: "BRIDGE_LATE_AFTER_S",
    fallback: "300",
    doc: "A message older than this many seconds when it arrives is asked about, not run.",
  }),
  askTimeoutMs: seconds(5, 86_400, {
    name: "BRIDGE_ASK_TIMEOUT_S",
    fallback: "300",
    doc: "Seconds for which a question of the agent stays open.",
  }),
  render: choice(["card", "post", "text"], {
    name: "BRIDGE_RENDER",
    fallback: "card",
    doc: "How answers are shown: `card`, `post` or `text`.",
  }),
  stream: choice(["patch", "cardkit", "auto"], {
    name: "BRIDGE_STREAM",
    fallback: "auto",
    doc:
      "How a card grows: `patch`, `cardkit` (like typed), `auto` = cardkit if the app has its scopes.",
  }),
  lang: choice(["zh", "en", "auto"], {
    name: "BRIDGE_LANG",
    fallback: "auto",
    doc: "Language in the chat: `zh`, `en`, or `auto` (`zh` on feishu.cn, else `en`).",
  }),
};

/** A value for each setting. */
export type Config = {
  readonly [K in keyof typeof SETTINGS]: NonNullable<
    ReturnType<(typeof SETTINGS)[K]["parse"]>
  >;
};

/** Variables by name, unset ones absent. */
export type Variables = Readonly<Record<string, string>>;

/** Where relative paths and `~` in settings start. */
interface Places {
  readonly cwd: string;
  readonly home: string | undefined;
}

/** The path that a setting names, absolute; for those that are needed before the rest. */
export function settingPath(
  setting: "stateDir" | "cwd",
  variables: Variables,
  { cwd, home }: Places,
): string {
  const { name, fallback } = SETTINGS[setting];
  const path = variables[name]?.trim() || fallback;
  return home !== undefined && /^~(?=$|\/)/.test(path)
    ? resolve(cwd, home, `.${path.slice(1)}`)
    : resolve(cwd, path);
}

/**
 * Turns variables into a {@linkcode Config}.
 *
 * @param options.required Whether what the bridge cannot run without must be there.
 * @param options.mistakes What was found before, to be reported together with the rest.
 * @throws {UsageError} With every mistake at once: the variable, the bad value (never a secret's), and what is allowed.
 */
export function parseConfig(
  variables: Variables,
  places: Places,
  options: { required?: boolean; mistakes?: readonly string[] } = {},
): Config {
  const mistakes = [...options.mistakes ?? []];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(SETTINGS)) {
    const { name, fallback, allowed } = setting;
    const text = variables[name]?.trim() || fallback;
    const missing = text === "" && setting.required;
    values[key] = missing ? "" : setting.parse(text);
    if (missing && options.required !== false) {
      mistakes.push(`${name} is missing: set it to ${allowed}`);
    } else if (values[key] === undefined) {
      const shown = setting.secret ? "(hidden)" : JSON.stringify(text.slice(0, 100));
      mistakes.push(`${name} is ${shown}: it must be ${allowed}`);
    }
  }
  values["stateDir"] = settingPath("stateDir", variables, places);
  values["cwd"] = settingPath("cwd", variables, places);
  if (mistakes.length > 0) throw new UsageError(mistakes.join("\n"), { exitCode: 2 });
  return values as Config;
}

/** The language that `auto` stands for: Chinese on feishu.cn, English elsewhere. */
export function language(config: Pick<Config, "lang" | "domain">): "zh" | "en" {
  if (config.lang !== "auto") return config.lang;
  return /(^|\.)feishu\.cn$/.test(new URL(config.domain).hostname) ? "zh" : "en";
}

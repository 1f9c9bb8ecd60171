import { isAbsolute, join, resolve } from "@std/path";
import { UsageError } from "./errors.ts";

/** One setting: where it comes from, what it means, and how its text becomes a value. */
export interface Setting<T> {
  /** The environment variable. */
  readonly name: string;
  /** The text that stands in when the variable is unset or empty. */
  readonly fallback: string;
  /** One sentence for `--help`, `.env.example` and the README. */
  readonly doc: string;
  /** What is allowed, for the error message. */
  readonly allowed: string;
  /** The value, or `undefined` when the text is not allowed. */
  readonly parse: (text: string) => T | undefined;
  /** Whether the value must never be printed. */
  readonly secret?: true;
}

const anyText = (text: string): string => text.trim();
const oneOf = <const T extends string>(...values: T[]) => (text: string): T | undefined =>
  values.find((value) => value === text.trim().toLowerCase());

function seconds(min: number, max: number): (text: string) => number | undefined {
  return (text) => {
    const value = Number(text.trim());
    return text.trim() !== "" && value >= min && value <= max ? value : undefined;
  };
}

function count(min: number, max: number): (text: string) => number | undefined {
  return (text) => {
    const value = Number(text.trim());
    return Number.isInteger(value) && value >= min && value <= max ? value : undefined;
  };
}

function baseUrl(text: string): string | undefined {
  if (!URL.canParse(text.trim())) return undefined;
  const url = new URL(text.trim());
  if (!["http:", "https:"].includes(url.protocol) || url.search || url.hash) return undefined;
  return url.href.replace(/\/+$/, "");
}

function optional<T>(parse: (text: string) => T | undefined): (text: string) => T | "" | undefined {
  return (text) => text.trim() === "" ? "" : parse(text);
}

/** Who may use the bot. */
export type Allowed =
  | { readonly kind: "everyone" }
  | { readonly kind: "pair" }
  | { readonly kind: "list"; readonly openIds: readonly string[] };

function allowedUsers(text: string): Allowed | undefined {
  const items = text.split(",").map((item) => item.trim()).filter((item) => item !== "");
  if (items.length === 0) return { kind: "everyone" };
  if (items.length === 1 && items[0] === "pair") return { kind: "pair" };
  if (items.every((item) => /^ou_[A-Za-z0-9_-]+$/.test(item))) {
    return { kind: "list", openIds: items };
  }
  return undefined;
}

const setting = <T>(setting: Setting<T>): Setting<T> => setting;

/** The one table of settings; `--help`, `.env.example` and the README are checked against it. */
export const SETTINGS = {
  appId: setting({
    name: "FEISHU_APP_ID",
    fallback: "",
    doc: "App id of the Feishu app; required.",
    allowed: "cli_ and 16 hexadecimal digits, as the app's page in the developer console shows it",
    parse: (text) => /^cli_[0-9a-fA-F]{16}$/.test(text.trim()) ? text.trim() : undefined,
  }),
  appSecret: setting({
    name: "FEISHU_APP_SECRET",
    fallback: "",
    doc: "App secret of the Feishu app; required.",
    allowed: "the app's secret, without spaces",
    parse: (text) => /^\S+$/.test(text.trim()) ? text.trim() : undefined,
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
    parse: optional(baseUrl),
  }),
  stateDir: setting({
    name: "BRIDGE_STATE_DIR",
    fallback: "~/.feishu-opencode-bridge",
    doc: "State, logs and the pid file; created with mode 0700.",
    allowed: "a path",
    parse: anyText,
  }),
  editThrottleMs: setting({
    name: "BRIDGE_EDIT_THROTTLE_S",
    fallback: "1.5",
    doc: "Least seconds between two live edits of one message.",
    allowed: "a number from 0.2 to 60",
    parse: (text) => {
      const value = seconds(0.2, 60)(text);
      return value === undefined ? undefined : value * 1000;
    },
  }),
  maxMessageLength: setting({
    name: "BRIDGE_MAX_MESSAGE_LEN",
    fallback: "8000",
    doc:
      "Most characters of answer in one message; a longer one takes up to five, or comes as a file.",
    allowed: "a whole number from 500 to 20000",
    parse: count(500, 20_000),
  }),
  dedupTtlMs: setting({
    name: "BRIDGE_DEDUP_TTL_S",
    fallback: "28800",
    doc: "Seconds for which a message id is remembered (Feishu redelivers for up to 6 h).",
    allowed: "a number from 600 to 2592000",
    parse: (text) => {
      const value = seconds(600, 2_592_000)(text);
      return value === undefined ? undefined : value * 1000;
    },
  }),
  lateAfterMs: setting({
    name: "BRIDGE_LATE_AFTER_S",
    fallback: "300",
    doc: "A message older than this many seconds when it arrives is asked about, not run.",
    allowed: "a number from 10 to 604800",
    parse: (text) => {
      const value = seconds(10, 604_800)(text);
      return value === undefined ? undefined : value * 1000;
    },
  }),
  askTimeoutMs: setting({
    name: "BRIDGE_ASK_TIMEOUT_S",
    fallback: "300",
    doc: "Seconds for which a question of the agent stays open.",
    allowed: "a number from 5 to 86400",
    parse: (text) => {
      const value = seconds(5, 86_400)(text);
      return value === undefined ? undefined : value * 1000;
    },
  }),
  render: setting({
    name: "BRIDGE_RENDER",
    fallback: "card",
    doc: "How answers are shown: `card`, `post` or `text`.",
    allowed: "card, post or text",
    parse: oneOf("card", "post", "text"),
  }),
  stream: setting({
    name: "BRIDGE_STREAM",
    fallback: "auto",
    doc:
      "How a card grows: `patch`, `cardkit` (like typed), `auto` = cardkit if the app has its scopes.",
    allowed: "patch, cardkit or auto",
    parse: oneOf("patch", "cardkit", "auto"),
  }),
  lang: setting({
    name: "BRIDGE_LANG",
    fallback: "auto",
    doc: "Language in the chat: `zh`, `en`, or `auto` (`zh` on feishu.cn, else `en`).",
    allowed: "zh, en or auto",
    parse: oneOf("zh", "en", "auto"),
  }),
};

/** A value for each setting. */
export type Config = {
  readonly [K in keyof typeof SETTINGS]: NonNullable<
    ReturnType<(typeof SETTINGS)[K]["parse"]>
  >;
};

/** Variables by name, unset ones absent. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Where relative paths and `~` in settings start. */
export interface Places {
  readonly cwd: string;
  readonly home: string | undefined;
}

function expand(path: string, places: Places): string {
  const home = places.home;
  const expanded = home !== undefined && /^~(?=$|[\\/])/.test(path)
    ? join(home, path.slice(1))
    : path;
  return isAbsolute(expanded) ? expanded : resolve(places.cwd, expanded);
}

/** The path that a setting names, absolute; for those that are needed before the rest. */
export function settingPath(
  setting: "stateDir" | "cwd",
  variables: Variables,
  places: Places,
): string {
  const { name, fallback } = SETTINGS[setting];
  return expand(variables[name]?.trim() || fallback, places);
}

/**
 * Turns variables into a {@linkcode Config}.
 *
 * @param options.required Settings that must not be left empty.
 * @param options.mistakes What was found before, to be reported together with the rest.
 * @throws {UsageError} With every mistake at once: the variable, the bad value (never a secret's), and what is allowed.
 */
export function parseConfig(
  variables: Variables,
  places: Places,
  options: { required?: readonly (keyof Config)[]; mistakes?: readonly string[] } = {},
): Config {
  const { required = ["appId", "appSecret"] } = options;
  const mistakes = [...options.mistakes ?? []];
  const values: Record<string, unknown> = {};
  for (const [key, { name, fallback, allowed, parse, secret }] of Object.entries(SETTINGS)) {
    const given = variables[name]?.trim() ?? "";
    const text = given === "" ? fallback : given;
    const needed = required.some((one) => one === key);
    if (text === "" && (key === "appId" || key === "appSecret")) {
      if (needed) mistakes.push(`${name} is missing: set it to ${allowed}`);
      values[key] = "";
      continue;
    }
    const value = parse(text);
    if (value === undefined) {
      const shown = secret ? "(hidden)" : JSON.stringify(text.slice(0, 100));
      mistakes.push(`${name} is ${shown}: it must be ${allowed}`);
    }
    values[key] = value;
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

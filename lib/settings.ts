import {
  anyText,
  BASE_URL,
  baseUrl,
  choice,
  entries,
  matching,
  measured,
  optional,
  seconds,
  setting,
  whole,
} from "./base/setting.ts";
import { budgetText, parseBudget } from "./model/budget.ts";
import {
  type AllowedUsers,
  GROUP_MODES,
  GROUP_REPLIES,
  NOTIFY_WHEN,
  RENDERINGS,
} from "./model/settings.ts";

function allowedUsers(text: string): AllowedUsers | undefined {
  if (text === "") return { kind: "everyone" };
  if (text === "*") return { kind: "everyone", onPurpose: true };
  if (text === "pair") return { kind: "pair" };
  const openIds = entries(text);
  // A list whose entries are all empty comes from variables that were not set. It must not mean everyone.
  const isList = openIds.length > 0 && openIds.every((item) => /^ou_[\w-]+$/.test(item));
  return isList ? { kind: "list", openIds } : undefined;
}

function directoryList(text: string): readonly string[] | undefined {
  const directories = entries(text);
  return text === "" || directories.length > 0 ? directories : undefined;
}

const MACHINE_NAME = "up to 40 letters, digits, - and _";

function machineName(text: string): string | undefined {
  return /^[\p{L}\p{N}_-]{0,40}$/u.test(text) ? text : undefined;
}

/** The one table of settings; `--help`, `.env.example` and the README are checked against it. */
export const SETTINGS = {
  appId: setting({
    name: "FEISHU_APP_ID",
    fallback: "",
    doc: "App id of the Feishu app; required.",
    allowed: "cli_ and letters and digits, as the app's page in the developer console shows it",
    parse: matching(/^cli_[\w-]+$/),
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
    allowed: BASE_URL,
    parse: baseUrl,
    url: true,
  }),
  allowedUsers: setting({
    name: "FEISHU_ALLOWED_USERS",
    fallback: "",
    doc:
      "Comma-separated `open_id`s of those who may use the bot; `pair`: whoever sends the one-time " +
      "code that the terminal shows; `*` or empty: everyone who can reach it.",
    allowed: "open_ids (ou_…) separated by commas, or the word pair, or * for everyone",
    private: true,
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
    doc:
      "Use this running opencode server instead of starting one; `service`: opencode's own background " +
      "service (2.x).",
    allowed: `${BASE_URL}, or the word service`,
    parse: optional((text) => text === "service" ? text : baseUrl(text)),
    url: true,
  }),
  stateDir: setting({
    name: "BRIDGE_STATE_DIR",
    fallback: "~/.feishu-opencode-bridge",
    doc: "State and logs; created with mode 0700.",
    allowed: "a directory of yours, or a path where one can be made",
    parse: anyText,
  }),
  kv: setting({
    name: "BRIDGE_KV",
    fallback: "",
    doc:
      "URL of a Deno KV server (denokv) that keeps the state instead of a file in the state directory.",
    allowed: BASE_URL,
    parse: optional(baseUrl),
    url: true,
  }),
  kvToken: setting({
    name: "DENO_KV_ACCESS_TOKEN",
    fallback: "",
    doc: "Access token of that server.",
    allowed: "the server's access token, without spaces",
    parse: optional(matching(/^\S+$/)),
    secret: true,
  }),
  machine: setting({
    name: "BRIDGE_MACHINE",
    fallback: "",
    doc: "Name of this machine among those that share BRIDGE_KV (default: the host's name).",
    allowed: MACHINE_NAME,
    parse: machineName,
  }),
  machineDefault: setting({
    name: "BRIDGE_MACHINE_DEFAULT",
    fallback: "",
    doc:
      "The machine that gets new chats while it is up (default: whichever gets the first message).",
    allowed: MACHINE_NAME,
    parse: machineName,
  }),
  roots: setting({
    name: "BRIDGE_ROOTS",
    fallback: "",
    doc: "Comma-separated directories below which `/cwd` stays; empty: anywhere.",
    allowed: "existing directories separated by commas",
    parse: directoryList,
  }),
  editThrottleMs: seconds(0.2, 60, {
    name: "BRIDGE_EDIT_THROTTLE_S",
    fallback: "1.5",
    doc: "Minimum number of seconds between two live edits of one message.",
  }),
  calls: choice(["auto", "thrifty", "lively"], {
    name: "BRIDGE_CALLS",
    fallback: "auto",
    doc:
      "How many Feishu calls a turn may cost: `lively` (as many as the throttle allows), `thrifty` " +
      "(few), or `auto` (fewer the longer a turn takes; `thrifty` once the month's calls are limited).",
  }),
  callsPerMonth: setting({
    name: "BRIDGE_CALLS_PER_MONTH",
    fallback: "",
    doc:
      "How many Feishu calls a month the app has (empty: unknown); answers grow in fewer steps as " +
      "they are used up.",
    allowed: "a whole number of calls, 100 or more",
    parse: (text) => text === "" ? 0 : whole(text, 100),
  }),
  maxMessageLength: setting({
    name: "BRIDGE_MAX_MESSAGE_LEN",
    fallback: "8000",
    doc: "Maximum length of an answer in one message, in characters; a longer answer takes up to " +
      "five messages, or comes as a file.",
    allowed: "a whole number from 500 to 20000",
    parse: (text) => whole(text, 500, 20_000),
  }),
  dedupTtlMs: seconds(600, 2_592_000, {
    name: "BRIDGE_DEDUP_TTL_S",
    fallback: "28800",
    doc: "How many seconds a message id is remembered (Feishu redelivers for up to 6 h).",
  }),
  lateAfterMs: seconds(10, 604_800, {
    name: "BRIDGE_LATE_AFTER_S",
    fallback: "300",
    doc:
      "The bridge asks before it runs a message that is older than this many seconds on arrival.",
  }),
  askTimeoutMs: seconds(5, 86_400, {
    name: "BRIDGE_ASK_TIMEOUT_S",
    fallback: "300",
    doc: "How many seconds a question of the agent stays open.",
  }),
  keepFilesMs: measured(24 * 3_600_000)(1, 3650, {
    name: "BRIDGE_KEEP_FILES_DAYS",
    fallback: "14",
    doc: "How many days received files are kept; less if their session is gone.",
  }),
  keepFilesBytes: measured(1024 ** 2)(1, 1_048_576, {
    name: "BRIDGE_KEEP_FILES_MB",
    fallback: "2048",
    doc: "How many MB files may take, in one chat half; then the oldest go that nobody needs.",
  }),
  updates: setting({
    name: "BRIDGE_UPDATES",
    fallback: "",
    doc:
      "Where new versions of this program are looked for: empty: its releases on GitHub; `off`: nowhere; or " +
      "the address of a list like GitHub's.",
    allowed: `${BASE_URL}, or the word off`,
    parse: optional((text) => text === "off" ? text : baseUrl(text)),
    url: true,
  }),
  render: choice(RENDERINGS, {
    name: "BRIDGE_RENDER",
    fallback: "card",
    doc: "How answers are shown: `card`, `post` or `text`.",
  }),
  stream: choice(["patch", "cardkit", "auto"], {
    name: "BRIDGE_STREAM",
    fallback: "auto",
    doc:
      "How a card grows: `patch` (in steps), `cardkit` (like typing), or `auto` (`cardkit` if the " +
      "app has its scope).",
  }),
  notify: choice(NOTIFY_WHEN, {
    name: "BRIDGE_NOTIFY",
    fallback: "long",
    doc:
      "When a finished turn pings its person with a fresh message: `long` (over 60 s, or failed), " +
      "`always`, `failed` or `never`.",
  }),
  budgetPerDay: setting({
    name: "BRIDGE_BUDGET_PER_DAY",
    fallback: "",
    doc:
      "What all chats together may use up in a day, in US dollars (`5`), turns (`50 turns`) or both " +
      "(`5, 50 turns`); what would go over is asked about first.",
    allowed: "an amount of dollars like 5, a number of turns like 50 turns, or both: 5, 50 turns",
    parse: optional((text) => budgetText(parseBudget(text) ?? {}) || undefined),
  }),
  group: choice(GROUP_MODES, {
    name: "BRIDGE_GROUP",
    fallback: "mention",
    doc:
      "What counts in groups: `mention` (of the bot), `topic` (all in its topics, too) or `all`.",
  }),
  groupReply: choice(GROUP_REPLIES, {
    name: "BRIDGE_GROUP_REPLY",
    fallback: "inline",
    doc:
      "Where a request in a group is answered: in the group (`inline`), or in a topic that it opens " +
      "(`topic`).",
  }),
  sttUrl: setting({
    name: "BRIDGE_STT_URL",
    fallback: "",
    doc: "Base URL of an OpenAI-compatible endpoint that turns voice messages into text, such as " +
      "`https://api.openai.com/v1`; empty: they are not read.",
    allowed: BASE_URL,
    parse: optional(baseUrl),
    url: true,
  }),
  sttKey: setting({
    name: "BRIDGE_STT_KEY",
    fallback: "",
    doc: "API key of that endpoint, if it takes one.",
    allowed: "the endpoint's key, without spaces",
    parse: optional(matching(/^\S+$/)),
    secret: true,
  }),
  sttModel: setting({
    name: "BRIDGE_STT_MODEL",
    fallback: "whisper-1",
    doc: "Name of the model that does it there.",
    allowed: "a model's name",
    parse: anyText,
  }),
  sttAuto: choice(["off", "on"], {
    name: "BRIDGE_STT_AUTO",
    fallback: "off",
    doc: "Whether what was heard runs at once (`on`), or is shown first (`off`).",
  }),
  lang: choice(["zh", "en", "auto"], {
    name: "BRIDGE_LANG",
    fallback: "auto",
    doc:
      "Language of chat and commands: `zh`, `en`, or `auto` (`zh` on feishu.cn, else `en`; commands: " +
      "that of LANG).",
  }),
};

import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  type Config,
  hasQuickThrottle,
  language,
  parseConfig,
  type Variables,
} from "../lib/config.ts";
import { SETTINGS } from "../lib/settings.ts";
import type { PathBase } from "../lib/base/absolute_path.ts";
import { UsageError } from "../lib/base/errors.ts";

const places = { cwd: "/work/here", home: "/home/me" };
const app = { FEISHU_APP_ID: "cli_0123456789abcdef", FEISHU_APP_SECRET: "s3cr3t-value" };
/** The settings; throws their mistakes, one a line. */
function parse(variables: Variables, base: PathBase = places): Config {
  const { config, mistakes } = parseConfig({ ...app, ...variables }, base);
  if (mistakes.length > 0) throw new UsageError(mistakes.map(({ text }) => text).join("\n"));
  return config;
}

Deno.test("without settings the defaults of the contract hold", () => {
  assertEquals(parse({}), {
    appId: "cli_0123456789abcdef",
    appSecret: "s3cr3t-value",
    domain: "https://open.feishu.cn",
    allowedUsers: { kind: "everyone" },
    cwd: "/work/here",
    opencodeCommand: "opencode",
    opencodeUrl: "",
    stateDir: "/home/me/.feishu-opencode-bridge",
    kv: "",
    kvToken: "",
    machine: "",
    machineDefault: "",
    roots: [],
    editThrottleMs: 1500,
    calls: "auto",
    callsPerMonth: 0,
    maxMessageLength: 8000,
    dedupTtlMs: 28_800_000,
    lateAfterMs: 300_000,
    askTimeoutMs: 300_000,
    keepFilesMs: 1_209_600_000,
    keepFilesBytes: 2_147_483_648,
    updates: "",
    render: "card",
    stream: "auto",
    notify: "long",
    budgetPerDay: "",
    group: "mention",
    groupReply: "inline",
    sttUrl: "",
    sttKey: "",
    sttModel: "whisper-1",
    sttAuto: "off",
    lang: "auto",
  });
});

Deno.test("an empty or blank variable counts as unset", () => {
  const blank = Object.fromEntries(
    Object.values(SETTINGS).map(({ name }) => [name, "  "]),
  );
  assertEquals(parse({ ...blank, ...app }), parse({}));
});

Deno.test("an app's id is taken as Feishu's pages show it", () => {
  for (const id of ["cli_0123456789abcdef", "cli_slkdjalasdkjasd"]) {
    assertEquals(parse({ ...app, FEISHU_APP_ID: id }).appId, id);
  }
});

Deno.test("all mistakes are reported at once, with variable, value and what is allowed", () => {
  const bad = {
    FEISHU_APP_ID: "0123456789abcdef",
    FEISHU_DOMAIN: "open.feishu.cn",
    FEISHU_ALLOWED_USERS: "alice",
    OPENCODE_URL: "ftp://x",
    BRIDGE_KV: "kv.example",
    BRIDGE_ROOTS: ",",
    BRIDGE_EDIT_THROTTLE_S: "0",
    BRIDGE_CALLS: "many",
    BRIDGE_CALLS_PER_MONTH: "99",
    BRIDGE_MAX_MESSAGE_LEN: "12.5",
    BRIDGE_DEDUP_TTL_S: "soon",
    BRIDGE_LATE_AFTER_S: "-1",
    BRIDGE_ASK_TIMEOUT_S: "1e9",
    BRIDGE_KEEP_FILES_DAYS: "0x10",
    BRIDGE_KEEP_FILES_MB: "0b11",
    BRIDGE_RENDER: "html",
    BRIDGE_STREAM: "yes",
    BRIDGE_LANG: "fr",
  };
  const error = assertThrows(() => parse(bad), UsageError);
  const lines = error.message.split("\n");
  assertEquals(lines.length, Object.keys(bad).length);
  const settings = Object.values(SETTINGS);
  for (const [name, value] of Object.entries(bad)) {
    const line = lines.find((line) => line.startsWith(name)) ?? "";
    const allowed = settings.find((setting) => setting.name === name)?.allowed ?? "?";
    assert(line.includes(value), `${name}: ${line}`);
    assert(line.includes(allowed), `${name}: ${line}`);
  }
});

Deno.test("a mistake in a URL does not show its password, wherever the text is cut", () => {
  const long = "hunter2".repeat(20);
  for (
    const url of [
      "ftp://opencode:hunter2@h",
      "http://opencode:hunter2@h?x=1",
      "http://h?token=hunter2",
      "opencode:hunter2@h",
      `http://opencode:${long}@h#x`,
    ]
  ) {
    for (const name of ["OPENCODE_URL", "FEISHU_DOMAIN"]) {
      const { message } = assertThrows(() => parse({ [name]: url }), UsageError);
      assert(message.startsWith(name) && !message.includes("hunter2"), message);
    }
  }
});

Deno.test("property: a setting with a mistake is named, and has its default", () => {
  const { config: defaults } = parseConfig(app, places);
  for (const [key, { name, parse }] of Object.entries(SETTINGS)) {
    const bad = ["\u0000 x", "-1", ",", "0x"].find((text) => parse(text) === undefined);
    if (bad === undefined) continue;
    const { config, mistakes } = parseConfig({ ...app, [name]: bad }, places);
    assertEquals(mistakes.map(({ setting }) => setting), [key as keyof Config]);
    assertEquals(config, key in { appId: 1, appSecret: 1 } ? { ...defaults, [key]: "" } : defaults);
  }
});

Deno.test("a secret never appears in a mistake", () => {
  const error = assertThrows(() => parse({ FEISHU_APP_SECRET: "with a space" }), UsageError);
  assert(error.message.startsWith("FEISHU_APP_SECRET is (hidden)"));
  assert(!error.message.includes("with a space"));
});

Deno.test("app id and secret are required unless the caller says otherwise", () => {
  const found = parseConfig({}, places).mistakes.map(({ text }) => text);
  assertEquals(found.map((text) => /^FEISHU_APP_\w+ is missing/.test(text)), [true, true]);
  const { config, mistakes } = parseConfig({}, places, { required: false });
  assertEquals([config.appId, mistakes], ["", []]);
});

Deno.test("the list of users is empty, *, pair, or open_ids; a list of nobody is a mistake", () => {
  const users = (text: string) => parse({ FEISHU_ALLOWED_USERS: text }).allowedUsers;
  assertEquals(users(" "), { kind: "everyone" });
  assertEquals(users(" * "), { kind: "everyone", onPurpose: true });
  assertEquals(users("pair"), { kind: "pair" });
  assertEquals(users(" ou_a1, ou_b-2 ,"), { kind: "list", openIds: ["ou_a1", "ou_b-2"] });
  for (
    const text of [
      ",",
      " , ",
      ",,",
      "*,ou_a1",
      "pair,",
      "ou_a1 ou_b2",
      "pair,ou_a1",
      "on_a1",
      "ou_",
    ]
  ) {
    assertThrows(() => users(text), UsageError, "FEISHU_ALLOWED_USERS");
  }
});

Deno.test("paths are absolute: from the home directory or from where the bridge was started", () => {
  const cases: [string, string][] = [
    ["~", "/home/me"],
    ["~/state", "/home/me/state"],
    ["~other/state", "/work/here/~other/state"],
    ["sub/../state", "/work/here/state"],
    ["/abs/state", "/abs/state"],
  ];
  for (const [text, path] of cases) assertEquals(parse({ BRIDGE_STATE_DIR: text }).stateDir, path);
  const homeless = parse({}, { cwd: "/work/here", home: undefined });
  assertEquals(homeless.stateDir, join("/work/here", "~/.feishu-opencode-bridge"));
});

Deno.test("numbers and words are read with their limits, seconds become milliseconds", () => {
  assertEquals(parse({ BRIDGE_EDIT_THROTTLE_S: " 0.2 " }).editThrottleMs, 200);
  assertEquals(parse({ BRIDGE_MAX_MESSAGE_LEN: "500" }).maxMessageLength, 500);
  assertEquals(parse({ BRIDGE_RENDER: "Post" }).render, "post");
  for (const text of ["499", "20001", "x", "NaN", "Infinity"]) {
    assertThrows(() => parse({ BRIDGE_MAX_MESSAGE_LEN: text }), UsageError);
  }
});

Deno.test("a throttle is quick if it is shorter than the default", () => {
  const isQuick = (text: string) => hasQuickThrottle(parse({ BRIDGE_EDIT_THROTTLE_S: text }));
  assertEquals(["", "1.5", "1.4", "60"].map(isQuick), [false, false, true, false]);
});

Deno.test("the agent's server is an address, or the word for opencode's own service", () => {
  assertEquals(parse({ OPENCODE_URL: "service" }).opencodeUrl, "service");
  assertThrows(() => parse({ OPENCODE_URL: "services" }), UsageError, "or the word service");
});

Deno.test("a domain loses its last slash, and may have no ? or #", () => {
  assertEquals(parse({ FEISHU_DOMAIN: "http://127.0.0.1:80/" }).domain, "http://127.0.0.1");
  for (const end of ["/?a=1", "/x?y", "/#top"]) {
    const url = `https://open.feishu.cn${end}`;
    assertThrows(() => parse({ FEISHU_DOMAIN: url }), UsageError, "without ? and #");
    assertThrows(() => parse({ OPENCODE_URL: url }), UsageError, "without ? and #");
  }
});

Deno.test("auto speaks Chinese on feishu.cn and English elsewhere", () => {
  const cases: [string, string][] = [
    ["https://open.feishu.cn", "zh"],
    ["https://feishu.cn", "zh"],
    ["https://open.larksuite.com", "en"],
    ["https://notfeishu.cn", "en"],
    ["http://127.0.0.1:1", "en"],
  ];
  for (const [domain, expected] of cases) {
    assertEquals(language({ lang: "auto", domain }), expected, domain);
  }
  assertEquals(language({ lang: "en", domain: "https://open.feishu.cn" }), "en");
});

Deno.test("a shared KV needs its token, and a token alone changes nothing", () => {
  assertThrows(
    () => parse({ BRIDGE_KV: "https://kv.example:4512" }),
    UsageError,
    "DENO_KV_ACCESS_TOKEN is missing",
  );
  const { kv, kvToken } = parse({
    BRIDGE_KV: "https://kv.example:4512/",
    DENO_KV_ACCESS_TOKEN: "a-token-of-ours",
  });
  assertEquals([kv, kvToken], ["https://kv.example:4512", "a-token-of-ours"]);
  assertEquals(parse({ DENO_KV_ACCESS_TOKEN: "a-token-of-ours" }).kv, "");
});

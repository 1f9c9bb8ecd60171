import { join, resolve } from "@std/path";
import { existsSync } from "node:fs";
import { renderUnicodeCompact } from "uqr";
import { type Config, language, SETTINGS } from "../config.ts";
import { describe, UsageError } from "../base/errors.ts";
import { SCOPES } from "../feishu/rest/scopes.ts";
import { object, string } from "../base/json.ts";
import type { Args } from "./args.ts";
import { doctor } from "./doctor.ts";
import { NAME } from "./program.ts";
import { loadSettings, setVariables } from "./settings.ts";
import { print } from "./terminal.ts";
import { type Words, words } from "../texts/terminal.ts";

/** The events and callbacks without which the bot is deaf, and those that make it better. */
const EVENTS = ["im.message.receive_v1", "im.message.recalled_v1"];
const CALLBACKS = ["card.action.trigger"];

/** `setup`: makes the Feishu app, writes its credentials into the env file, and examines the result. */
export async function setup(args: Args): Promise<number> {
  const file = args.envFile && resolve(args.envFile);
  // What setup will write may be wrong or missing now.
  const ours = { FEISHU_APP_ID: "", FEISHU_APP_SECRET: "", FEISHU_ALLOWED_USERS: "" };
  const { config } = await loadSettings({
    ...args,
    envFile: file && existsSync(file) ? file : undefined,
    overrides: { ...args.overrides, ...ours },
  }, { required: false });
  const say = words(language(config));
  const values = args.flags.includes("manual")
    ? await byHand(config, say)
    : await byScan(config, say);
  const target = file ?? await standardFile(config.stateDir);
  await setVariables(target, values);
  print(say.written(target));
  print(say.publish(`${values.FEISHU_DOMAIN}/app/${values.FEISHU_APP_ID}/version`));
  return await doctor({ ...args, command: "doctor", flags: [] });
}

/** What setup finds out, by variable. */
type Values = Record<
  "FEISHU_APP_ID" | "FEISHU_APP_SECRET" | "FEISHU_DOMAIN" | "FEISHU_ALLOWED_USERS",
  string
>;

/** Feishu's device flow: the app is made when its owner scans a code and agrees. */
async function byScan(config: Config, say: Words): Promise<Values> {
  const { registerApp } = await import("@larksuiteoapi/node-sdk");
  const accounts = new URL(config.domain).host.replace(/^open\./, "accounts.");
  const official = accounts === "accounts.feishu.cn";
  const app = await registerApp({
    domain: accounts,
    larkDomain: official ? "accounts.larksuite.com" : accounts,
    source: NAME,
    addons: {
      scopes: { tenant: SCOPES.map(({ name }) => name) },
      events: { items: { tenant: EVENTS } },
      callbacks: { items: CALLBACKS },
    },
    onQRCodeReady: ({ url, expireIn }) => showCode(url, Math.ceil(expireIn / 60), say),
  }).catch((reason) => {
    // The SDK rejects with an object, not with an error.
    const code = string(object(reason)["code"]) ?? describe(reason);
    const known: Record<string, string> = {
      access_denied: say.denied,
      expired_token: say.expired,
    };
    throw new UsageError(known[code] ?? say.setupFailed(code));
  });
  const { client_id, client_secret, user_info } = app;
  return {
    FEISHU_APP_ID: client_id,
    FEISHU_APP_SECRET: client_secret,
    FEISHU_DOMAIN: user_info?.tenant_brand === "lark" && official
      ? "https://open.larksuite.com"
      : config.domain,
    // Who made the bot is its first user.
    FEISHU_ALLOWED_USERS: user_info?.open_id ?? "pair",
  };
}

/** The code, where it fits on the terminal, and the same as a link. */
function showCode(url: string, minutes: number, say: Words): void {
  const code = renderUnicodeCompact(url, { border: 2, ecc: "L" });
  const width = code.indexOf("\n");
  if (Deno.stdout.isTerminal() && Deno.consoleSize().columns >= width) {
    print(`${say.scan}\n\n${code}\n`);
  }
  print(say.open(url, minutes));
}

async function byHand(config: Config, say: Words): Promise<Values> {
  print(say.manual(`${config.domain}/app`));
  const id = readLine(say.askId);
  await stty("-echo");
  let secret = "";
  try {
    secret = readLine(say.askSecret);
  } finally {
    await stty("echo");
  }
  const given = [[SETTINGS.appId, id], [SETTINGS.appSecret, secret]] as const;
  const mistakes = given.filter(([setting, text]) => setting.parse(text) === undefined)
    .map(([{ name, allowed }]) => `${name} must be ${allowed}`);
  if (mistakes.length > 0) throw new UsageError(mistakes.join("\n"), { exitCode: 2 });
  return {
    FEISHU_APP_ID: id,
    FEISHU_APP_SECRET: secret,
    FEISHU_DOMAIN: config.domain,
    FEISHU_ALLOWED_USERS: "pair",
  };
}

function readLine(question: string): string {
  Deno.stdout.writeSync(new TextEncoder().encode(question));
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  while (Deno.stdin.readSync(byte) === 1 && byte[0] !== 10) bytes.push(...byte);
  if (Deno.stdin.isTerminal()) print("");
  return new TextDecoder().decode(new Uint8Array(bytes)).trim();
}

async function stty(mode: string): Promise<void> {
  if (Deno.stdin.isTerminal()) await new Deno.Command("stty", { args: [mode] }).spawn().status;
}

/** `./.env` when it names an app, since it goes before the other; else the one in the state directory. */
async function standardFile(stateDir: string): Promise<string> {
  const here = resolve(".env");
  const text = await Deno.readTextFile(here).catch(() => "");
  return /^\s*(export\s+)?FEISHU_APP_ID\s*=/m.test(text) ? here : join(stateDir, ".env");
}

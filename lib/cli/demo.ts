import { join } from "@std/path";
import { startApp } from "../app.ts";
import { language } from "../config.ts";
import { describe, UsageError } from "../errors.ts";
import { createLog } from "../log.ts";
import { texts } from "../texts.ts";
import { modelConfig, startModel } from "../twin/model.ts";
import { startTwin, type Twin } from "../twin/twin.ts";
import type { Args } from "./args.ts";
import { findOrInstallOpencode } from "./install.ts";
import { loadSettings } from "./settings.ts";
import { stopRequested } from "./signals.ts";
import { VERSION } from "./version.ts";

/** How long `--once` waits for the answer, in milliseconds. */
const ONCE_MS = 10 * 60_000;

/**
 * `demo`: the bridge against a stand-in for Feishu on this machine, with a web page to chat in. With
 * `--once TEXT` it sends one message, prints the answer as it grows, and ends.
 */
export async function demo(args: Args): Promise<void> {
  await using twin = await startTwin({ userName: "You", cardkit: true });
  const { config: settings, log } = await loadSettings({
    ...args,
    overrides: {
      ...args.overrides,
      FEISHU_APP_ID: twin.app.id,
      FEISHU_APP_SECRET: twin.app.secret,
      FEISHU_DOMAIN: twin.url,
      FEISHU_ALLOWED_USERS: twin.user.openId,
    },
  });
  const say = args.once === undefined ? print : complain;
  // The stand-in forgets everything when it ends, so the demo does too.
  const home = join(settings.stateDir, "demo");
  await Deno.mkdir(home, { recursive: true, mode: 0o700 });
  const stateDir = await Deno.makeTempDir({ dir: home, prefix: "run-" });
  const opencodeCommand = settings.opencodeUrl === ""
    ? await findOrInstallOpencode(settings.opencodeCommand, home, say)
    : settings.opencodeCommand;
  const own = settings.opencodeUrl === "" ? await ownModel(settings.cwd) : settings.opencodeUrl;
  await using model = startModel();
  say(
    own === undefined
      ? "model: scripted, because opencode has none configured here"
      : `model: your own (${own})`,
  );
  const app = await startApp({
    config: { ...settings, opencodeCommand, stateDir },
    log: args.once === undefined ? log : createLog({
      level: "error",
      format: args.logFormat,
      secrets: [settings.appSecret],
      write: complain,
    }),
    version: VERSION,
    ...(own === undefined ? { opencodeEnv: scriptedEnv(model, home) } : {}),
  });
  using stop = stopRequested(log);
  try {
    if (args.once === undefined) {
      await Promise.race([app.ready, stop.promise]);
      print(`\nopen ${twin.url} and write to the bot; Ctrl-C ends the demo\n`);
      await stop.promise;
    } else {
      await Promise.race([app.ready, stop.promise]);
      await Promise.race([once(twin, args.once, texts(language(settings)).status), stop.promise]);
    }
  } finally {
    await app.stop();
    await Deno.remove(stateDir, { recursive: true }).catch((error) => log.debug(describe(error)));
  }
}

/** Sends one message and prints what the bot's message shows, until it is final. */
async function once(
  twin: Twin,
  text: string,
  status: ReturnType<typeof texts>["status"],
): Promise<void> {
  twin.say({ text });
  const over = [status.done, status.failed, status.cancelled, status.interrupted];
  let shown = "";
  const last = await twin.until(() => {
    const [title = "", ...body] = twin.botMessages().map((message) => twin.plain(message))
      .join("\n").split("\n");
    const now = body.join("\n");
    if (now !== shown) Deno.stdout.writeSync(new TextEncoder().encode(grown(shown, now)));
    shown = now;
    return over.find((one) => one === title) ?? (title.startsWith("-") ? title : undefined);
  }, { timeoutMs: ONCE_MS });
  print(`\n[${last}]`);
  if (last === status.failed) throw new UsageError("the agent failed", { exitCode: 1 });
}

/** What has to be written so that the reader sees `now` below `before`. */
function grown(before: string, now: string): string {
  if (now.startsWith(before)) return now.slice(before.length);
  const old = before.split("\n");
  const lines = now.split("\n");
  const same = lines.findIndex((line, i) => line !== old[i]);
  return `\n${lines.slice(Math.max(same, 0)).join("\n")}`;
}

/** What tells that the user has a model configured for opencode, if anything does. */
async function ownModel(cwd: string): Promise<string | undefined> {
  const home = Deno.env.get("HOME") ?? "/";
  const data = Deno.env.get("XDG_DATA_HOME") ?? join(home, ".local", "share");
  const auth = join(data, "opencode", "auth.json");
  if ((await Deno.readTextFile(auth).catch(() => "")).includes('"key"')) return auth;
  const config = join(Deno.env.get("XDG_CONFIG_HOME") ?? join(home, ".config"), "opencode");
  const files = [
    Deno.env.get("OPENCODE_CONFIG"),
    ...[cwd, config].flatMap((dir) => [
      join(dir, "opencode.json"),
      join(dir, "opencode.jsonc"),
    ]),
  ];
  for (const file of files) {
    if (file === undefined) continue;
    if (/"(model|provider)"\s*:/.test(await Deno.readTextFile(file).catch(() => ""))) return file;
  }
  if (Deno.env.get("OPENCODE_CONFIG_CONTENT")) return "OPENCODE_CONFIG_CONTENT";
  return Object.keys(Deno.env.toObject()).find((name) => /^[A-Z]+_API_KEY$/.test(name));
}

/** opencode with the scripted model, apart from the user's own data, and without the internet. */
function scriptedEnv(model: { readonly url: string }, home: string): Record<string, string> {
  return {
    OPENCODE_CONFIG_CONTENT: JSON.stringify(modelConfig(model)),
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_STATE_HOME: join(home, "state"),
    XDG_CACHE_HOME: join(home, "cache"),
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
  };
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function complain(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

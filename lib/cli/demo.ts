import { join } from "@std/path";
import { type Config, language } from "../config.ts";
import { describe, UsageError } from "../base/errors.ts";
import { holdStateDir } from "../store/state_dir.ts";
import { type Texts, texts } from "../texts/texts.ts";
import { modelConfig, startModel } from "../demo/scripted_model/model.ts";
import { playgroundFiles } from "../demo/scripted_model/model_stories.ts";
import { readSnapshot } from "../demo/feishu_twin/snapshot.ts";
import { startTwin, type Twin } from "../demo/feishu_twin/twin.ts";
import type { Args } from "./args.ts";
import { DemoBridge } from "../demo/demo_bridge.ts";
import { findOrInstallOpencode } from "./install.ts";
import { childProgram } from "./program.ts";
import { loadSettings } from "./settings.ts";
import { complain, print, stopRequested } from "./terminal.ts";

/** How long `--once` waits for the answer, in milliseconds. */
const ONCE_MS = 10 * 60_000;
/** How long the bridge may take to connect, in milliseconds. */
const START_MS = 60_000;
/** Milliseconds from a change to its writing down. */
const SAVE_MS = 500;
/** What the stand-in is like in every demo. */
const STAND_IN = { userName: "You", cardkit: true };
/** How many of the people may use the bot. */
const ALLOWED = 2;

/**
 * `demo`: the bridge against a stand-in for Feishu on this machine, with a web page to chat in, whose
 * history the next demo goes on with. With `--once TEXT` it sends one message, prints the answer as it
 * grows, and ends.
 */
export async function demo(args: Args): Promise<void> {
  const { once: text } = args;
  const blank = { FEISHU_APP_ID: "", FEISHU_APP_SECRET: "", FEISHU_DOMAIN: "" };
  const overrides = { ...args.overrides, ...blank, FEISHU_ALLOWED_USERS: "" };
  const { config: settings, createLog } = await loadSettings({ ...args, overrides }, {
    required: false,
  });
  const say = text === undefined ? print : complain;
  const logLevel = text === undefined ? args.logLevel : "error";
  const log = createLog(say, logLevel);
  const home = join(settings.stateDir, "demo");
  await Deno.mkdir(home, { recursive: true, mode: 0o700 });
  // A second demo, and one message, have no history.
  using lock = text === undefined ? await holdStateDir(home).catch(() => undefined) : undefined;
  const history = lock && join(home, "chat.json");
  const stateDir = lock
    ? join(home, "state")
    : await Deno.makeTempDir({ dir: home, prefix: "run-" });
  await using twin = await startDemoTwin(history);
  const opencodeCommand = settings.opencodeUrl === ""
    ? await findOrInstallOpencode(settings.opencodeCommand, home, say)
    : settings.opencodeCommand;
  const scripted = args.flags.includes("scripted") && settings.opencodeUrl === "";
  const own = scripted ? undefined : await ownModel(settings);
  await using model = startModel();
  say(own === undefined ? "model: scripted" : `model: your own (${own})`);
  const self = await childProgram(home);
  const bridge = new DemoBridge({
    command: [
      ...[...self.command, "run", ...args.forRun, `--cwd=${settings.cwd}`],
      ...[`--state-dir=${stateDir}`, `--log-level=${logLevel}`],
    ],
    env: {
      ...self.env,
      ...(own === undefined ? scriptedEnv(model, home) : {}),
      FEISHU_APP_ID: twin.app.id,
      FEISHU_APP_SECRET: twin.app.secret,
      FEISHU_DOMAIN: twin.url,
      FEISHU_ALLOWED_USERS: twin.users().slice(0, ALLOWED).map(({ openId }) => openId).join(","),
      OPENCODE_CMD: opencodeCommand,
      OPENCODE_URL: settings.opencodeUrl,
    },
    stateDir,
    output: text === undefined ? Deno.stdout : Deno.stderr,
  });
  if (own === undefined) bridge.playground = () => playground(join(home, "shop"));
  twin.page.controls = bridge;
  twin.page.lang = language({ lang: settings.lang, domain: twin.url });
  const stop = stopRequested(log);
  const keeping = history === undefined ? undefined : keep(twin, history);
  try {
    bridge.start();
    const up = twin.until(() => twin.connections() > 0, { timeoutMs: START_MS });
    await Promise.race([up, bridge.failed(), stop]);
    if (text === undefined) {
      print(`\nopen ${twin.url} and write to the bot; Ctrl-C ends the demo\n`);
      await stop;
    } else {
      await Promise.race([once(twin, text, texts(twin.page.lang).status), bridge.failed(), stop]);
    }
  } finally {
    await bridge.stop();
    await keeping?.end();
    if (!lock) {
      await Deno.remove(stateDir, { recursive: true }).catch((e) => log.debug(describe(e)));
    }
  }
}

/** The stand-in with some people and chats in it, or with those of the last demo. */
async function startDemoTwin(history: string | undefined): Promise<Twin> {
  const saved = history === undefined ? "" : await Deno.readTextFile(history).catch(() => "");
  const snapshot = readSnapshot(saved);
  if (snapshot !== undefined) {
    // On the same port, so that a page that was left open finds it.
    return await startTwin({ ...STAND_IN, snapshot, port: snapshot.port })
      .catch(() => startTwin({ ...STAND_IN, snapshot }));
  }
  const twin = await startTwin(STAND_IN);
  const friend = twin.addUser("Wei");
  twin.addUser("Sam (a stranger)");
  const members = [twin.user.openId, friend.openId];
  twin.addGroup({ name: "Team", members });
  twin.addGroup({ name: "Topics", members, mode: "topic" });
  return twin;
}

/** Keeps what the stand-in knows in a file, soon after each change and at the end. */
function keep(twin: Twin, file: string): { end(): Promise<void> } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written = Promise.resolve();
  const save = () => {
    timer = undefined;
    written = written.then(async () => {
      await Deno.writeTextFile(`${file}.new`, twin.snapshot(), { mode: 0o600 });
      await Deno.rename(`${file}.new`, file);
    }).catch((error) => complain(`cannot keep the demo's history: ${describe(error)}`));
    return written;
  };
  const stop = twin.onChange(() => timer ??= setTimeout(save, SAVE_MS));
  return {
    async end() {
      stop();
      clearTimeout(timer);
      await save();
    },
  };
}

/** Makes the little project in which scenes play anew. */
async function playground(dir: string): Promise<string> {
  await Deno.remove(dir, { recursive: true }).catch(() => {});
  await Deno.mkdir(dir, { recursive: true });
  for (const [name, text] of Object.entries(playgroundFiles)) {
    await Deno.writeTextFile(join(dir, name), text);
  }
  return dir;
}

/** Sends one message and prints what the bot's message shows, until it is final. */
async function once(twin: Twin, text: string, status: Texts["status"]): Promise<void> {
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
  if (last === status.failed) throw new UsageError("the agent failed");
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
async function ownModel({ opencodeUrl, cwd }: Config): Promise<string | undefined> {
  if (opencodeUrl !== "") return new URL(opencodeUrl).origin;
  const home = Deno.env.get("HOME") ?? "/";
  const data = Deno.env.get("XDG_DATA_HOME") ?? join(home, ".local", "share");
  const auth = join(data, "opencode", "auth.json");
  if ((await Deno.readTextFile(auth).catch(() => "")).includes('"key"')) return auth;
  const config = join(Deno.env.get("XDG_CONFIG_HOME") ?? join(home, ".config"), "opencode");
  const files = [cwd, config].flatMap((dir) => [
    join(dir, "opencode.json"),
    join(dir, "opencode.jsonc"),
  ]);
  for (const file of [Deno.env.get("OPENCODE_CONFIG") ?? "", ...files]) {
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

import { join } from "@std/path";
import type { Config, Variables } from "../config.ts";
import { SETTINGS } from "../settings.ts";
import { describe, UsageError } from "../base/errors.ts";
import { replaceFile } from "../base/replace_file.ts";
import { lockStateDir, unwritable } from "../store/state_dir.ts";
import type { Language } from "../model/settings.ts";
import { terminalTexts } from "../texts/terminal_texts.ts";
import { texts } from "../texts/texts.ts";
import { usage } from "../texts/usage.ts";
import type { Args } from "./args.ts";
import { EXIT } from "./exit_codes.ts";
import { findOrInstallOpencode } from "./install.ts";
import { ownModel } from "./own_model.ts";
import { childProgram } from "./program.ts";
import { loadSettings } from "./settings.ts";
import { complain, logHangups, print, printPart } from "./terminal.ts";
import { terminalLanguage } from "./terminal_language.ts";
import { stopRequested } from "./stop_requested.ts";

/**
 * `demo`: runs the bridge against a stand-in for Feishu on this machine, with a web page to chat in. The
 * next demo continues with the same chats. With `--once TEXT` it sends one message, prints the answer as
 * it grows, and ends.
 *
 * @returns The exit code: 0, or 130 when Ctrl-C ended `--once`.
 * @throws {UsageError} When the bridge ends; with `--once`, when the turn is not done at the end.
 */
export async function demo(args: Args): Promise<number> {
  const { once: text } = args;
  const { config, variables, createLog } = await demoSettings(args);
  // The stand-in is neither Feishu nor Lark, so who has no language in the terminal reads English.
  const lang = terminalLanguage({ lang: config.lang, domain: "http://localhost" });
  const say = text === undefined ? print : complain;
  const logLevel = text === undefined ? args.logLevel : "error";
  const log = createLog(say, logLevel);
  const home = join(config.stateDir, "demo");
  await Deno.mkdir(home, { recursive: true, mode: 0o700 }).catch(async (error) => {
    throw await unwritable(config.stateDir, error);
  });
  // A second demo at the same time and `--once` start with empty chats and keep none.
  using lock = text === undefined ? await lockStateDir(home).catch(() => undefined) : undefined;
  const stateDir = lock
    ? join(home, "state")
    : await Deno.makeTempDir({ dir: home, prefix: "run-" });
  try {
    const { command, env, scripted } = await bridgeProgram(args, {
      config,
      variables,
      lang,
      home,
      say,
    });
    // The only import of the demo's code: no other command loads it.
    const { startDemo } = await import("../demo/demo.ts");
    await using running = await startDemo({
      home,
      keep: lock !== undefined,
      scripted,
      bridge: {
        command: [...command, `--state-dir=${stateDir}`, `--log-level=${logLevel}`],
        env,
        stateDir,
        output: text === undefined ? Deno.stdout : Deno.stderr,
      },
      lang,
      report: complain,
    });
    const stop = stopRequested();
    logHangups(log);
    await Promise.race([running.connected(), running.failed(), stop]);
    if (text === undefined) {
      print(`\nopen ${running.link} and write to the bot; Ctrl-C ends the demo\n`);
      await stop;
      return 0;
    }
    const answer = askOnce(running.ask, text, lang).then(() => 0);
    return await Promise.race([answer, running.failed(), stop.then(() => EXIT.interrupted)]);
  } finally {
    if (!lock) {
      await Deno.remove(stateDir, { recursive: true }).catch((e) => log.debug(describe(e)));
    }
  }
}

/** The settings without those of a real Feishu app. */
async function demoSettings(args: Args) {
  const blank = { FEISHU_APP_ID: "", FEISHU_APP_SECRET: "", FEISHU_DOMAIN: "", BRIDGE_KV: "" };
  const overrides = { ...args.overrides, ...blank, FEISHU_ALLOWED_USERS: "" };
  return await loadSettings({ ...args, overrides }, { required: false });
}

interface ProgramOptions {
  readonly config: Config;
  readonly variables: Variables;
  readonly lang: Language;
  readonly home: string;
  readonly say: (line: string) => void;
}

/** How to run the bridge, and whether it is to use the scripted model. */
async function bridgeProgram(args: Args, { config, variables, lang, home, say }: ProgramOptions) {
  const opencodeCommand = config.opencodeUrl === ""
    ? await findOrInstallOpencode(config.opencodeCommand, home, say, terminalTexts(lang))
    : config.opencodeCommand;
  const forced = args.flags.includes("scripted") && config.opencodeUrl === "";
  const own = forced ? undefined : await ownModel(config);
  say(own === undefined ? "model: scripted" : `model: your own (${own})`);
  const self = await childProgram(home);
  // The bridge gets these settings and reads no env file, which may name an app of its own.
  const envFile = join(home, "empty.env");
  await replaceFile(envFile, "");
  const given = {
    OPENCODE_CMD: opencodeCommand,
    OPENCODE_URL: config.opencodeUrl,
    [SETTINGS.lang.name]: lang,
    // Who waits for the one answer needs nothing that announces it.
    ...args.once !== undefined && { [SETTINGS.notify.name]: "never" },
  };
  // The demo decides about the others.
  const format = args.forRun.filter((option) => option.startsWith("--log-format="));
  return {
    command: [
      ...self.command,
      ...["run", ...format, `--cwd=${config.cwd}`, `--env-file=${envFile}`],
    ],
    env: { ...self.env, ...variables, ...given },
    scripted: own === undefined,
  };
}

/** Sends a message, and resolves with the title of the turn that has ended, if it was one. */
type Ask = (
  text: string,
  options: {
    readonly running: readonly string[];
    readonly waiting: string;
    readonly ended: readonly string[];
    readonly earlierText: string;
    readonly write: (added: string) => void;
  },
) => Promise<string | undefined>;

/** Sends one message and prints what the bot's messages show, until the answer is complete. */
async function askOnce(ask: Ask, text: string, lang: Language): Promise<void> {
  const { status, earlierText } = texts(lang);
  const title = await ask(text, {
    running: [status.queued, status.working],
    waiting: status.waiting,
    earlierText,
    ended: [status.done, status.failed, status.cancelled, status.interrupted],
    write: printPart,
  });
  print(title === undefined ? "" : `\n[${title}]`);
  if (title === status.waiting) throw new UsageError(usage.demoAsks);
  if (title !== undefined && title !== status.done) throw new UsageError(usage.demoNotDone);
}

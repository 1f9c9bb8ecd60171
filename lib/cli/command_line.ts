import { describe, UsageError } from "../base/errors.ts";
import { prepareNetwork } from "../base/network/network.ts";
import { usage } from "../texts/usage.ts";
import { type Args, readArgs } from "./args.ts";
import { ensureHome } from "./ensure_home.ts";
import type { CliCommand } from "./options.ts";
import { NAME, VERSION } from "./program.ts";
import { stopRequested } from "./stop_requested.ts";
import { complain, lostOutput, print } from "./terminal.ts";

/** The code of a command is loaded when it is called: `run` needs nothing of `demo`. */
const COMMANDS = {
  start: async (args) => (await import("./start.ts")).start(args),
  stop: async (args) => (await import("./stop.ts")).stop(args),
  status: async (args) => (await import("./status.ts")).status(args),
  logs: async (args) => (await import("./logs.ts")).logs(args),
  doctor: async (args) => (await import("./doctor.ts")).doctor(args),
  setup: async (args) => (await import("./setup.ts")).setup(args),
  service: async (args) => (await import("./service.ts")).service(args),
  pair: async (args) => (await import("./pair.ts")).pair(args),
  attach: async (args) => (await import("./attach.ts")).attach(args),
  send: async (args) => (await import("./send.ts")).send(args),
  ask: async (args) => (await import("./ask.ts")).ask(args),
  chats: async (args) => (await import("./chats.ts")).chats(args),
  kv: async (args) => (await import("./kv.ts")).kv(args),
  profiles: async (args) => (await import("./profiles.ts")).profiles(args),
  config: async (args) => (await import("./config.ts")).config(args),
  update: async (args) => (await import("./update.ts")).update(args),
  completions: async (args) => (await import("./completions.ts")).completions(args),
  demo: async (args) => (await import("./demo.ts")).demo(args),
} satisfies Record<Exclude<CliCommand, "run">, (args: Args) => Promise<number | void>>;

/** Runs the bridge. A signal counts from here on, even while the code is loaded. */
async function runBridge(args: Args): Promise<void> {
  const stop = stopRequested();
  await (await import("./run.ts")).run(args, stop);
}

/**
 * Runs a command line.
 *
 * @param run Runs the bridge, if that is loaded already.
 * @returns The exit code: 0 for success, 1 for a failure, 2 for a mistake in the input, or the command's own.
 */
export async function commandLine(
  argv: readonly string[],
  run: (args: Args) => Promise<void> = runBridge,
): Promise<number> {
  let args: Args | undefined;
  try {
    args = readArgs(argv);
    await ensureHome();
    for (const { name, path } of prepareNetwork()) {
      const warning = usage.warning(usage.certificatesUnreadable(name, path));
      complain(await inTheirLanguage(warning, args));
    }
    let code = 0;
    if (args.flags.includes("help")) print((await import("./help.ts")).helpText(args.topic));
    else if (args.flags.includes("version")) print(`${NAME} ${VERSION}`);
    else if (args.command !== "run") code = await COMMANDS[args.command](args) ?? 0;
    // What it prints is its log, which is in a file, too.
    else return await run(args).then(() => 0);
    return await wholly(code, args);
  } catch (error) {
    complain(`${NAME}: ${await inTheirLanguage(describe(error), args)}`);
    return error instanceof UsageError ? error.exitCode : 1;
  }
}

/** The exit code of a command that has ended with this one: a file that lacks a part of the output is a failure. */
async function wholly(code: number, args: Args): Promise<number> {
  const why = lostOutput();
  if (code !== 0 || why === undefined) return code;
  complain(`${NAME}: ${await inTheirLanguage(usage.outputLost(why), args)}`);
  return 1;
}

/** What went wrong, in the language of the settings. A mistake on the command line is told in English. */
async function inTheirLanguage(text: string, args: Args | undefined): Promise<string> {
  if (args === undefined) return text;
  return (await (await import("./settings.ts")).loadTexts(args)).reason(text);
}

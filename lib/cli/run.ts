import { deadline } from "@std/async";
import type { App } from "../app.ts";
import { existsSync } from "node:fs";
import { describe, UsageError } from "../base/errors.ts";
import type { NoticeLog } from "../base/log.ts";
import { logFile } from "../base/log_file.ts";
import { startApp } from "../start_app.ts";
import { terminalTexts } from "../texts/terminal_texts.ts";
import { usage } from "../texts/usage.ts";
import type { Args } from "./args.ts";
import { isBackground, isService, keepRecord } from "./background/bridge_record.ts";
import { bridgeLog } from "./background/log_part.ts";
import { envFileWarnings } from "./checks/env_file_warnings.ts";
import { VERSION } from "./program.ts";
import { findSettings, loadSettings } from "./settings.ts";
import { isStandardError, logHangups, print } from "./terminal.ts";
import { ownPlan, startFinish } from "./update/finish_plan.ts";
import { newUpdater } from "./update/updater.ts";

/** How long a bridge that still starts may take to be stopped, in milliseconds. */
const STOP_MS = 4_500;

/**
 * `run`: runs the bridge in the foreground until `stop` resolves, which a SIGTERM or SIGINT does at any
 * moment of the start, too.
 */
export async function run(args: Args, stop: Promise<void>): Promise<void> {
  try {
    await runBridge(args, stop);
  } catch (error) {
    await logFailure(args, error).catch(() => {});
    // The code after which a service is not started again: a restart would correct nothing.
    if (!(error instanceof UsageError) || !isService()) throw error;
    throw new UsageError(error.message, { cause: error, exitCode: 2 });
  }
}

/** Writes into the log why the program ends, unless its standard error goes there anyway. */
async function logFailure(args: Args, failure: unknown): Promise<void> {
  const { config, createLog } = await findSettings(args, { required: false });
  const file = bridgeLog(config.stateDir);
  // Nothing is created for settings that were never right.
  if (!existsSync(config.stateDir) || isStandardError(file)) return;
  createLog(logFile(file)).error(describe(failure));
}

async function runBridge(args: Args, stop: Promise<void>): Promise<void> {
  // Before anything is started that would inherit it.
  isBackground();
  const { config, createLog, envFile } = await loadSettings(args);
  const writeToFile = logFile(bridgeLog(config.stateDir));
  const log = createLog((line) => {
    print(line);
    writeToFile(line);
  });
  logHangups(log);
  // A promise that nobody awaits must not end the program with all its work.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error(`an error that nobody handled: ${describe(event.reason)}`);
  });
  log.info(usage.settingsFrom(envFile.path));
  for (const { text, todo } of await envFileWarnings(envFile, terminalTexts("en"))) {
    log.warn(`${text}: ${todo}`);
  }
  const replaced = Promise.withResolvers<void>();
  const updater = newUpdater({ config, log, stop: replaced.resolve });
  const waiting = new AbortController();
  const starting = startApp({ config, log, version: VERSION, updater }, waiting.signal);
  const isStopped = stop.then(() => "stopped" as const);
  const app = await Promise.race([starting, isStopped]);
  if (app === "stopped") {
    waiting.abort();
    // The store may be slow to open. Nothing was begun that a sudden end could harm.
    await deadline(starting.then((app) => app.stop()), STOP_MS).catch(() => {});
  } else {
    makeWay(config.stateDir, log).then(replaced.resolve);
    await runUntil(app, config.stateDir, Promise.race([stop, replaced.promise]));
  }
  log.info("bridge stopped");
}

/**
 * Resolves when `update` has put another binary in the place of this one, and asks a bridge in the background to make
 * way: its old binary waits for the end of this process, and starts the new one.
 */
async function makeWay(stateDir: string, log: NoticeLog): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (isBackground() && Deno.build.standalone) Deno.addSignalListener("SIGUSR2", resolve);
  await promise;
  log.info("another version is installed: restarting with it");
  startFinish({ ...await ownPlan(stateDir), isService: false });
}

async function runUntil(app: App, stateDir: string, stop: Promise<void>): Promise<void> {
  const record = keepRecord(stateDir, app);
  try {
    // A failed start ends the program. Once the bridge is ready, only a signal does, or another one of its name.
    await Promise.race([app.ready.then(() => stop), stop, app.lost]);
  } finally {
    await app.stop();
    await record[Symbol.asyncDispose]();
  }
}

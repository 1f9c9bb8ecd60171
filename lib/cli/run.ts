import { join } from "@std/path";
import { startApp } from "../app.ts";
import { logFile } from "../base/log_file.ts";
import { usage } from "../texts/usage.ts";
import type { Args } from "./args.ts";
import { keepRecord } from "./bridge_record.ts";
import { VERSION } from "./program.ts";
import { loadSettings } from "./settings.ts";
import { print, stopRequested } from "./terminal.ts";

/** `run`: runs the bridge in the foreground until SIGTERM or SIGINT. */
export async function run(args: Args): Promise<void> {
  const { config, createLog, envFile } = await loadSettings(args);
  const writeToFile = logFile(join(config.stateDir, "bridge.log"));
  const log = createLog((line) => {
    print(line);
    writeToFile(line);
  });
  const stop = stopRequested(log);
  log.info(usage.settingsFrom(envFile.path));
  if (envFile.unused !== undefined) log.warn(usage.envFileUnused(envFile.unused));
  const app = await startApp({ config, log, version: VERSION });
  const record = keepRecord(config.stateDir, app);
  try {
    // A failed start ends the program. Once the bridge is ready, only a signal does.
    await Promise.race([app.ready.then(() => stop), stop]);
  } finally {
    await app.stop();
    await record[Symbol.asyncDispose]();
  }
  log.info("bridge stopped");
}

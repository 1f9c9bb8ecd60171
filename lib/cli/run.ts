import { join } from "@std/path";
import { startApp } from "../app.ts";
import { logFile } from "../log_file.ts";
import type { Args } from "./args.ts";
import { keepRecord } from "./record.ts";
import { loadSettings } from "./settings.ts";
import { stopRequested } from "./signals.ts";
import { print } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** `run`: the bridge in the foreground, until SIGTERM or SIGINT. */
export async function run(args: Args): Promise<void> {
  const { config, createLog } = await loadSettings(args);
  const keep = logFile(join(config.stateDir, "bridge.log"));
  const log = createLog((line) => {
    print(line);
    keep(line);
  });
  using stop = stopRequested(log);
  const app = await startApp({ config, log, version: VERSION });
  const record = keepRecord(config.stateDir, app);
  try {
    // A start that fails ends the program; after that, only a signal does.
    await Promise.race([app.ready.then(() => stop.promise), stop.promise]);
  } finally {
    await app.stop();
    await record[Symbol.asyncDispose]();
  }
  log.info("bridge stopped");
}

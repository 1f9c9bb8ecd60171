import { startApp } from "../app.ts";
import type { Args } from "./args.ts";
import { loadSettings } from "./settings.ts";
import { stopRequested } from "./signals.ts";
import { VERSION } from "./version.ts";

/** `run`: the bridge in the foreground, until SIGTERM or SIGINT. */
export async function run(args: Args): Promise<void> {
  const { config, log } = await loadSettings(args);
  using stop = stopRequested(log);
  const app = await startApp({ config, log, version: VERSION });
  try {
    // A start that fails ends the program; after that, only a signal does.
    await Promise.race([app.ready.then(() => stop.promise), stop.promise]);
  } finally {
    await app.stop();
  }
  log.info("bridge stopped");
}

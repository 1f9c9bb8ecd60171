import { UsageError } from "../base/errors.ts";
import { lockBridge } from "../start_app.ts";
import type { Args } from "./args.ts";
import { BACKGROUND_VARIABLE, findBridge } from "./background/bridge_record.ts";
import { bridgeLog, logEnd } from "./background/log_part.ts";
import { program } from "./program.ts";
import { QUIET_KV } from "./background/quiet_kv.ts";
import { reportStart } from "./background/report_start.ts";
import { installedService } from "./service/service_manager.ts";
import { hasNoSettings, loadSettings } from "./settings.ts";
import { spawnDetached } from "./background/spawn_detached.ts";
import { stopBridge } from "./stop.ts";
import { complain } from "./terminal.ts";
import { untilReady } from "./background/until_ready.ts";

/**
 * `start`: runs the bridge in the background, where it outlives the terminal. Without any settings it makes the
 * Feishu app first, if there is a terminal to show its QR code on.
 */
export async function start(args: Args): Promise<void> {
  if (Deno.stdin.isTerminal() && await hasNoSettings(args)) {
    await (await import("./setup.ts")).createApp(args);
  }
  const { config, texts } = await loadSettings(args);
  const { stateDir, allowedUsers } = config;
  // The bridge's own warning goes into a log that nobody may read.
  if (allowedUsers.kind === "everyone" && !allowedUsers.onPurpose) {
    texts.openToAll.forEach(complain);
  }
  if (args.flags.includes("force")) await stopBridge(stateDir, texts);
  const other = await findBridge(stateDir);
  if (other !== undefined) throw new UsageError(texts.alreadyRuns(other.pid));
  const service = await installedService(stateDir, texts);
  if (service !== undefined) complain(texts.serviceToo(service.file));
  // Fails here, in the foreground, when the directory or the app cannot be used.
  (await lockBridge(config))[Symbol.dispose]();
  const log = await logEnd(bridgeLog(stateDir));
  const env = {
    ...(Deno.env.get("DENO_LOG") ? {} : QUIET_KV),
    ...args.privateEnv,
    [BACKGROUND_VARIABLE]: "1",
  };
  const child = spawnDetached([...program(), "run", ...args.forRun], env, log.file);
  let ended = false;
  child.status.then(() => ended = true);
  const bridge = await untilReady(stateDir, { hasEnded: () => ended, everyMs: 50 });
  await reportStart({ bridge, stateDir, log, texts });
}

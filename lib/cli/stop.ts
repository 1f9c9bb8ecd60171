import { delay } from "@std/async";
import { existsSync } from "node:fs";
import { UsageError } from "../base/errors.ts";
import { signal, startTime } from "../opencode/server/process.ts";
import { endLeftServer } from "../opencode/server/end_left_server.ts";
import { lockStateDir } from "../store/state_dir.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { type BridgeRecord, findBridge } from "./background/bridge_record.ts";
import { serviceName, stopCommands } from "./service/service_manager.ts";
import { loadStateSettings } from "./settings.ts";
import { print } from "./terminal.ts";

/** How long a bridge may take to end before it is killed, in milliseconds; it promises 5 seconds. */
const STOP_MS = 8_000;

/** `stop`: ends the bridge in the background, and the opencode server that it started. */
export async function stop(args: Args): Promise<void> {
  const { config: { stateDir }, texts } = await loadStateSettings(args);
  const ended = await stopBridge(stateDir, texts);
  print(
    {
      bridge: texts.bridgeStopped,
      opencode: texts.leftoverStopped,
      nothing: texts.noBridge,
    }[ended],
  );
}

/**
 * Ends the bridge that runs with a state directory, by force if it does not end in time, and its
 * opencode server.
 *
 * @returns What was ended: the bridge with its opencode, or only the opencode that a bridge left behind.
 * @throws {UsageError} When a service manager would start the bridge again.
 */
export async function stopBridge(
  stateDir: string,
  texts: TerminalTexts,
): Promise<"bridge" | "opencode" | "nothing"> {
  const bridge = await findBridge(stateDir);
  if (bridge?.service) {
    throw new UsageError(
      texts.keptByService(bridge.stopCommand || stopCommands(serviceName(stateDir)).user),
    );
  }
  if (bridge !== undefined) await endProcess(bridge);
  if (!existsSync(stateDir)) return "nothing";
  using _lock = await lockStateDir(stateDir);
  const hadServer = await endLeftServer(stateDir);
  if (bridge !== undefined) return "bridge";
  return hadServer ? "opencode" : "nothing";
}

async function endProcess(bridge: Pick<BridgeRecord, "pid" | "startTime">): Promise<void> {
  signal(bridge.pid, "SIGTERM");
  const deadline = performance.now() + STOP_MS;
  while (await startTime(bridge.pid) === bridge.startTime) {
    if (performance.now() > deadline) signal(bridge.pid, "SIGKILL");
    await delay(100);
  }
}

import { existsSync } from "node:fs";
import { UsageError } from "../base/errors.ts";
import { endLeftServer } from "../opencode/server/end_left_server.ts";
import { lockStateDir } from "../store/state_dir.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { findBridge } from "./background/bridge_record.ts";
import { endProcess } from "./background/end_process.ts";
import { serviceName, stopCommands } from "./service/service_manager.ts";
import { loadStateSettings } from "./settings.ts";
import { print } from "./terminal.ts";

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
 * @throws {UsageError} When a service manager would start the bridge again, or when it cannot be ended.
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
  if (bridge !== undefined && !await endProcess(bridge)) {
    throw new UsageError(texts.cannotEnd(bridge.pid));
  }
  if (!existsSync(stateDir)) return "nothing";
  using _lock = await lockStateDir(stateDir);
  const hadServer = await endLeftServer(stateDir);
  if (bridge !== undefined) return "bridge";
  return hadServer ? "opencode" : "nothing";
}

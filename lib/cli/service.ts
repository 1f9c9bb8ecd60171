import { dirname, join } from "@std/path";
import { existsSync } from "node:fs";
import { UsageError } from "../base/errors.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { findBridge } from "./background/bridge_record.ts";
import { execute, outputOf } from "./service/execute.ts";
import { installService } from "./service/install_service.ts";
import { type ServiceManager, serviceManager, stateDirOf } from "./service/service_manager.ts";
import { NETWORK_FILE } from "./service/service_spec.ts";
import { findSettings } from "./settings.ts";
import { print } from "./terminal.ts";

/** `service install|uninstall|status`: the bridge as a service of this user, by systemd or launchd. */
export async function service(args: Args): Promise<number> {
  const { config: { stateDir }, texts } = await findSettings(args, { required: false });
  const manager = await serviceManager(stateDir, texts);
  switch (args.action) {
    case "install":
      await installService(args, manager);
      return 0;
    case "uninstall":
      await uninstall(manager, texts);
      return 0;
    default:
      return await showStatus(manager, texts);
  }
}

/** Prints what the service manager says about the service; resolves with its exit code. */
async function showStatus(manager: ServiceManager, texts: TerminalTexts): Promise<number> {
  if (!existsSync(manager.file)) throw new UsageError(texts.noService(manager.file));
  const [command = "", ...args] = manager.status;
  const { code, stdout, stderr } = await outputOf(command, { args }) ??
    { code: 1, stdout: undefined, stderr: undefined };
  const text = new TextDecoder();
  const said = text.decode(stdout).trimEnd();
  if (said === "" && code !== 0) {
    const [why = ""] = text.decode(stderr).trim().split("\n");
    throw new UsageError(texts.managerAway(why || texts.notInstalled, manager.access));
  }
  print(said);
  return code;
}

/**
 * Stops the service and removes its files, even where the manager cannot be asked.
 *
 * @throws {UsageError} When its bridge goes on.
 */
async function uninstall(manager: ServiceManager, texts: TerminalTexts): Promise<void> {
  const { file, stop, forget } = manager;
  const definition = await Deno.readTextFile(file).catch(() => undefined);
  if (definition === undefined) throw new UsageError(texts.noService(file));
  await execute(stop, texts).catch(() => {});
  await Deno.remove(file);
  for (const command of forget) await execute(command, texts).catch(() => {});
  print(texts.removed(file));
  const stateDir = stateDirOf(definition);
  if (stateDir === undefined) return;
  await removeCopies(stateDir, definition);
  const envFile = join(stateDir, ".env");
  if (existsSync(envFile)) print(texts.settingsStay(envFile));
  const bridge = await findBridge(stateDir);
  if (bridge?.service) throw new UsageError(texts.goesOn(bridge.pid, manager.stopCommand));
}

/** Removes what only the service used: its network settings, and its copy of deno. */
async function removeCopies(stateDir: string, definition: string): Promise<void> {
  await Deno.remove(join(stateDir, NETWORK_FILE)).catch(() => {});
  const [, deno = ""] = /(?:ExecStart="|<string>)(\/[^"<]+\/deno-[\d.]+)["<]/.exec(definition) ??
    [];
  if (dirname(deno) === stateDir) await Deno.remove(deno).catch(() => {});
}

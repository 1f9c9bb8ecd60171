import { dirname, join, resolve } from "@std/path";
import { existsSync } from "node:fs";
import { describe, UsageError } from "../base/errors.ts";
import { SETTINGS } from "../config.ts";
import { needOpencode } from "../opencode/server/need_opencode.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { findBridge } from "./bridge_record.ts";
import { setVariables } from "./env_file.ts";
import { isInNpxCache, NAME, program } from "./program.ts";
import { type ServiceManager, serviceManager } from "./service_manager.ts";
import { servicePath } from "./service_path.ts";
import type { ServiceSpec } from "./service_spec.ts";
import { loadSettings, loadTexts, type Settings } from "./settings.ts";
import { systemdUnit } from "./systemd_unit.ts";
import { complain, print } from "./terminal.ts";

/** `service install|uninstall|status`: the bridge as a service of this user, by systemd or launchd. */
export async function service(args: Args): Promise<number> {
  const texts = await loadTexts(args);
  const manager = await serviceManager(texts);
  switch (args.action) {
    case "install":
      await install(args, manager);
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
  const { code, stdout, stderr } = await new Deno.Command(command, { args }).output()
    .catch(() => ({ code: 1, stdout: undefined, stderr: undefined }));
  const text = new TextDecoder();
  const said = text.decode(stdout).trimEnd();
  if (said === "" && code !== 0) {
    const [why = ""] = text.decode(stderr).trim().split("\n");
    throw new UsageError(texts.managerAway(why || texts.notInstalled, manager.access));
  }
  print(said);
  return code;
}

async function install(args: Args, manager: ServiceManager): Promise<void> {
  const settings = await loadSettings(args);
  const { config: { stateDir, cwd }, texts } = settings;
  const envFile = join(stateDir, ".env");
  const service: ServiceSpec = {
    command: [
      ...program(),
      ...["run", `--cwd=${cwd}`, `--state-dir=${stateDir}`, `--env-file=${envFile}`],
      ...args.forRun.filter((option) => option.startsWith("--log-")),
    ],
    stateDir,
    path: await servicePath(Deno.env.get("PATH") ?? ""),
  };
  const [deno = ""] = service.command;
  if (isInNpxCache(deno)) complain(texts.inNpxCache(deno));
  const variables = await serviceVariables(settings);
  if (args.flags.includes("system")) {
    print(systemdUnit(service, Deno.env.get("USER") ?? "root").trimEnd());
    complain(texts.systemUnit(NAME, envFile, Object.keys(variables).join(", ")));
    return;
  }
  if (args.flags.includes("dry-run")) {
    print(`# ${manager.file}\n${manager.define(service)}`);
    print(`# ${envFile} (0600): ${Object.keys(variables).join(", ")}`);
    return;
  }
  const bridge = await findBridge(stateDir);
  if (bridge && !bridge.service) throw new UsageError(texts.stopBridgeFirst(bridge.pid));
  // The settings are these and no older ones.
  await setVariables(envFile, variables, Object.values(SETTINGS).map(({ name }) => name));
  await Deno.mkdir(dirname(manager.file), { recursive: true });
  await Deno.writeTextFile(manager.file, manager.define(service));
  for (const command of manager.start.prepare) await execute(command, texts).catch(() => {});
  try {
    for (const command of manager.start.commands) await execute(command, texts);
  } catch (error) {
    const written = texts.notStarted(manager.file, envFile);
    throw new UsageError(`${describe(error)}\n${written}\n${manager.remedy}`);
  }
  print(`${texts.installed(manager.file)}\n${texts.settingsFile(envFile)}\n${manager.hint}`);
}

/** Stops the service and removes its file, also where the manager cannot be asked. */
async function uninstall(manager: ServiceManager, texts: TerminalTexts): Promise<void> {
  const { file, stop, forget } = manager;
  const definition = await Deno.readTextFile(file).catch(() => undefined);
  if (definition === undefined) throw new UsageError(texts.noService(file));
  await execute(stop, texts).catch(() => {});
  await Deno.remove(file);
  for (const command of forget) await execute(command, texts).catch(() => {});
  print(texts.removed(file));
  const [, envFile = ""] = /--env-file=([^"<\n]+)/.exec(definition) ?? [];
  if (existsSync(envFile)) print(texts.settingsStay(envFile));
}

/**
 * The variables for the env file of the service, wherever they come from now. The two directories are
 * arguments of its command instead. opencode is named by its full path, because the PATH of the service
 * may be another one.
 */
async function serviceVariables(
  { config, variables, texts }: Settings,
): Promise<Record<string, string>> {
  const { OPENCODE_CWD: _cwd, BRIDGE_STATE_DIR: _stateDir, ...kept } = variables;
  if (config.opencodeUrl !== "") return kept;
  const opencode = await needOpencode(config.opencodeCommand, texts);
  return { ...kept, OPENCODE_CMD: resolve(opencode) };
}

/**
 * Runs a command of the service manager.
 *
 * @throws {UsageError} With what the command said when it fails.
 */
async function execute(
  [command = "", ...args]: readonly string[],
  texts: TerminalTexts,
): Promise<void> {
  const { success, why } = await new Deno.Command(command, { args }).output().then(
    ({ success, stderr }) => ({ success, why: new TextDecoder().decode(stderr).trim() }),
    () => ({ success: false, why: texts.notInstalled }),
  );
  if (!success) throw new UsageError(texts.commandFailed([command, ...args].join(" "), why));
}

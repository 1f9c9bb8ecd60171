import { dirname, join, resolve } from "@std/path";
import { existsSync } from "node:fs";
import { describe, UsageError } from "../../base/errors.ts";
import { NETWORK_VARIABLES, networkVariables } from "../../base/network/network_variables.ts";
import { replaceFile } from "../../base/replace_file.ts";
import { SETTINGS } from "../../settings.ts";
import { findCommand } from "../../opencode/server/process.ts";
import { needOpencode } from "../../opencode/server/need_opencode.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";
import type { Args } from "../args.ts";
import { findBridge } from "../background/bridge_record.ts";
import { setVariables } from "../env_file.ts";
import { execute } from "./execute.ts";
import { bridgeLog, logEnd } from "../background/log_part.ts";
import { isInNpxCache, NAME, program, RELEASE } from "../program.ts";
import { QUIET_KV } from "../background/quiet_kv.ts";
import { reportStart } from "../background/report_start.ts";
import { hasGivenUp, type ServiceManager } from "./service_manager.ts";
import { servicePath } from "./service_path.ts";
import { NETWORK_FILE, type ServiceSpec } from "./service_spec.ts";
import { loadSettings, type Settings } from "../settings.ts";
import { systemdUnit } from "./systemd_unit.ts";
import { complain, print } from "../terminal.ts";
import { untilReady } from "../background/until_ready.ts";

/** What an installation writes. */
interface Plan {
  readonly service: ServiceSpec;
  readonly envFile: string;
  /** The settings in that file. */
  readonly variables: Record<string, string>;
  readonly networkFile: string;
  /** A program that npm may delete, deno or our binary, and the copy of it that the service runs. */
  readonly copy: { readonly from: string; readonly to: string } | undefined;
}

/**
 * `service install`: writes the definition of the service with what it needs, starts it, and waits for it like
 * `start`. When the manager cannot be asked or refuses, everything is as it was.
 *
 * @throws {UsageError} When the service does not get ready, with why.
 */
export async function installService(args: Args, manager: ServiceManager): Promise<void> {
  const settings = await loadSettings(args);
  const { config: { stateDir }, texts } = settings;
  const plan = await planInstallation(args, settings);
  if (args.flags.includes("system")) return printSystemUnit(plan, manager.name, texts);
  if (args.flags.includes("dry-run")) {
    print(`# ${manager.file}\n${manager.define(plan.service, true)}`);
    writtenFiles(plan).forEach((line) => print(`# ${line}`));
    return;
  }
  const bridge = await findBridge(stateDir);
  if (bridge && !bridge.service) throw new UsageError(texts.stopBridgeFirst(bridge.pid));
  if (bridge && bridge.stopCommand !== "" && bridge.stopCommand !== manager.stopCommand) {
    throw new UsageError(texts.keptByService(bridge.stopCommand));
  }
  const [command = ""] = manager.probe;
  if (await findCommand(command) === undefined) throw new UsageError(texts.noManager(command));
  await execute(manager.probe, texts).catch((error) => {
    throw new UsageError(texts.managerAway(describe(error), manager.remedy));
  });
  const log = await logEnd(bridgeLog(stateDir));
  await writeAndStart(plan, manager, texts);
  print(`${texts.installed(manager.file)}\n${texts.settingsFile(plan.envFile)}\n${manager.hint}`);
  const hasEnded = () => hasGivenUp(manager, texts);
  const started = await untilReady(stateDir, { hasEnded, everyMs: 300 });
  await reportStart({ bridge: started, stateDir, log, texts });
}

async function planInstallation(args: Args, settings: Settings): Promise<Plan> {
  const { config: { stateDir, cwd, kv } } = settings;
  const envFile = join(stateDir, ".env");
  const [deno = "", ...words] = program();
  const copy = isInNpxCache(deno) ? { from: deno, to: join(stateDir, copyName()) } : undefined;
  const service: ServiceSpec = {
    command: [
      ...[copy?.to ?? deno, ...words],
      ...["run", `--cwd=${cwd}`, `--state-dir=${stateDir}`, `--env-file=${envFile}`],
      ...args.forRun.filter((option) => option.startsWith("--log-")),
    ],
    stateDir,
    path: await servicePath(Deno.env.get("PATH") ?? ""),
    network: { ...networkVariables(Deno.env), ...(kv !== "" && QUIET_KV) },
  };
  const variables = await serviceVariables(settings);
  return { service, envFile, variables, networkFile: join(stateDir, NETWORK_FILE), copy };
}

/** What the copy of this program is called: each version has one of its own. */
function copyName(): string {
  return Deno.build.standalone ? `${NAME}-${RELEASE}` : `deno-${Deno.version.deno}`;
}

/** Prints the unit on standard output, and what else it needs beside it. */
function printSystemUnit(plan: Plan, name: string, texts: TerminalTexts): void {
  print(systemdUnit(plan.service, { user: Deno.env.get("USER") ?? "root" }).trimEnd());
  complain(texts.systemUnit(name, writtenFiles(plan).join("\n")));
}

/** The files beside the definition, each with the names of what is in it. */
function writtenFiles({ envFile, variables, networkFile, service, copy }: Plan): string[] {
  const network = Object.keys(service.network);
  return [
    `${envFile} (0600): ${Object.keys(variables).join(", ")}`,
    ...(network.length > 0 ? [`${networkFile} (0600): ${network.join(", ")}`] : []),
    ...(copy ? [`${copy.to}: ${copy.from}`] : []),
  ];
}

async function writeAndStart(
  plan: Plan,
  manager: ServiceManager,
  texts: TerminalTexts,
): Promise<void> {
  const { service, envFile, variables, networkFile, copy } = plan;
  const isNew = !existsSync(manager.file);
  const isNewCopy = copy !== undefined && !existsSync(copy.to);
  const undo = await rememberFiles([manager.file, envFile, networkFile]);
  try {
    const canConfine = manager.canConfine !== undefined &&
      await execute(manager.canConfine, texts).then(() => true, () => false);
    // The settings are these and no older ones.
    await setVariables(envFile, variables, Object.values(SETTINGS).map(({ name }) => name));
    if (Object.keys(service.network).length > 0 || existsSync(networkFile)) {
      await setVariables(networkFile, service.network, NETWORK_VARIABLES);
    }
    if (copy && isNewCopy) await linkOrCopy(copy);
    await Deno.mkdir(dirname(manager.file), { recursive: true });
    await replaceFile(manager.file, manager.define(service, canConfine));
    for (const command of manager.start.prepare) await execute(command, texts).catch(() => {});
    for (const command of manager.start.commands) await execute(command, texts);
  } catch (error) {
    if (isNew) await execute(manager.stop, texts).catch(() => {});
    await undo();
    if (copy && isNewCopy) await Deno.remove(copy.to).catch(() => {});
    for (const command of manager.forget) await execute(command, texts).catch(() => {});
    throw new UsageError(`${describe(error)}\n${texts.notStarted}\n${manager.remedy}`);
  }
}

/** Keeps a file under another name, whatever becomes of the first. */
async function linkOrCopy({ from, to }: { readonly from: string; readonly to: string }) {
  await Deno.link(from, to).catch(() => Deno.copyFile(from, to));
}

/** Remembers files as they are. Resolves with what brings them back. */
async function rememberFiles(files: readonly string[]): Promise<() => Promise<void>> {
  const texts = await Promise.all(
    files.map((file) => Deno.readTextFile(file).catch(() => undefined)),
  );
  return async () => {
    for (const [i, file] of files.entries()) {
      const text = texts[i];
      if (text !== undefined) await replaceFile(file, text);
      else await Deno.remove(file).catch(() => {});
    }
  };
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

import { join } from "@std/path";
import { UsageError } from "../../base/errors.ts";
import { profileOf } from "../../base/profiles.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";
import { execute } from "./execute.ts";
import { launchdPlist } from "./launchd_plist.ts";
import { NAME } from "../program.ts";
import type { ServiceSpec } from "./service_spec.ts";
import { systemdUnit } from "./systemd_unit.ts";

/** The name of the service of a state directory: each profile has one of its own. */
export function serviceName(stateDir: string): string {
  const profile = profileOf(stateDir);
  return profile === undefined ? NAME : `${NAME}-${profile}`;
}

/** How a service is stopped by hand, by its manager. */
export function stopCommands(name: string) {
  return {
    user: `systemctl --user stop ${name}`,
    system: `sudo systemctl stop ${name}`,
    launchd: `launchctl bootout gui/$(id -u)/${name}`,
  } as const;
}

/** A command with its arguments. */
type Command = readonly string[];

/** The service manager of the system: where its files are, and which commands it takes. */
export interface ServiceManager {
  /** The name of the service. */
  readonly name: string;
  /** The file that defines the service. */
  readonly file: string;
  /** The content of that file. */
  define(service: ServiceSpec, canConfine: boolean): string;
  /** Succeeds when the manager can be asked. */
  readonly probe: Command;
  /** Succeeds when the manager can take from a service what needs a user namespace. */
  readonly canConfine?: Command;
  /** Prints `failed` when the manager has given the service up. */
  readonly isFailed?: Command;
  /** Starts the service once its file is written. Failures of `prepare` do not matter. */
  readonly start: { readonly prepare: readonly Command[]; readonly commands: readonly Command[] };
  /** Starts the service again, with the program as it is now. */
  readonly restart: readonly Command[];
  readonly stop: Command;
  /** The same as somebody would type it to stop the service once. */
  readonly stopCommand: string;
  /** Makes the manager forget the service once its file is removed. */
  readonly forget: readonly Command[];
  readonly status: Command;
  /** What the user should know after an installation. */
  readonly hint: string;
  /** What the user can do when the service cannot be started. */
  readonly remedy: string;
  /** What the user can do when the manager does not answer. */
  readonly access: string;
}

/** The manager of the user's service for a state directory, if such a service is installed. */
export async function installedService(
  stateDir: string,
  texts: TerminalTexts,
): Promise<ServiceManager | undefined> {
  const manager = await serviceManager(stateDir, texts).catch(() => undefined);
  const definition = await Deno.readTextFile(manager?.file ?? "").catch(() => "");
  return stateDirOf(definition) === stateDir ? manager : undefined;
}

/** Whether a manager has given its service up; `false` where it cannot be asked for that. */
export async function hasGivenUp(
  { isFailed }: ServiceManager,
  texts: TerminalTexts,
): Promise<boolean> {
  return isFailed !== undefined && await execute(isFailed, texts) === "failed";
}

/** The state directory that the definition of a service names. */
export function stateDirOf(definition: string): string | undefined {
  return /--state-dir=([^"<\n]+)/.exec(definition)?.[1];
}

/**
 * The manager of the current user's services, for the service of a state directory: launchd on macOS, otherwise
 * systemd.
 *
 * @throws {UsageError} When there is no home directory for its files.
 */
export async function serviceManager(
  stateDir: string,
  texts: TerminalTexts,
): Promise<ServiceManager> {
  const home = Deno.env.get("HOME");
  if (!home) throw new UsageError(texts.noHome);
  const name = serviceName(stateDir);
  return Deno.build.os === "darwin" ? await launchd(name, home, texts) : systemd(name, home, texts);
}

function systemd(name: string, home: string, texts: TerminalTexts): ServiceManager {
  const config = Deno.env.get("XDG_CONFIG_HOME") ?? join(home, ".config");
  const systemctl = (...args: string[]) => ["systemctl", "--user", ...args];
  return {
    file: join(config, "systemd", "user", `${name}.service`),
    name,
    define: (service, canConfine) => systemdUnit(service, { canConfine }),
    probe: systemctl("show", "--property=Version"),
    canConfine: [
      ...["systemd-run", "--user", "--wait", "--collect", "--quiet"],
      ...["--property=PrivateUsers=yes", "--property=CapabilityBoundingSet=", "true"],
    ],
    // It exits with 1 when the service has not failed.
    isFailed: ["sh", "-c", `systemctl --user is-failed ${name} || true`],
    start: {
      prepare: [],
      commands: [systemctl("daemon-reload"), systemctl("enable", name), systemctl("restart", name)],
    },
    // It may have been given up.
    restart: [systemctl("reset-failed", name), systemctl("restart", name)],
    stop: systemctl("disable", "--now", name),
    stopCommand: stopCommands(name).user,
    forget: [systemctl("daemon-reload"), systemctl("reset-failed", name)],
    status: systemctl("status", "--no-pager", name),
    hint: texts.lingerHint,
    remedy: texts.systemdRemedy,
    access: texts.systemdAccess,
  };
}

async function launchd(name: string, home: string, texts: TerminalTexts): Promise<ServiceManager> {
  const { stdout } = await new Deno.Command("id", { args: ["-u"] }).output();
  const domain = `gui/${new TextDecoder().decode(stdout).trim()}`;
  const file = join(home, "Library", "LaunchAgents", `${name}.plist`);
  const stop = ["launchctl", "bootout", `${domain}/${name}`];
  return {
    file,
    name,
    define: (service) => launchdPlist({ ...service, name }),
    probe: ["launchctl", "print", domain],
    // launchd does not load a service again while an older one is loaded.
    start: { prepare: [stop], commands: [["launchctl", "bootstrap", domain, file]] },
    restart: [["launchctl", "kickstart", "-k", `${domain}/${name}`]],
    stop,
    stopCommand: stopCommands(name).launchd,
    forget: [],
    status: ["launchctl", "print", `${domain}/${name}`],
    hint: texts.loginHint,
    remedy: texts.launchdRemedy,
    access: texts.launchdAccess,
  };
}

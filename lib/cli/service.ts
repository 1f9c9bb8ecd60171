import { dirname, join, resolve } from "@std/path";
import type { Config, Variables } from "../config.ts";
import { UsageError } from "../base/errors.ts";
import { findCommand } from "../opencode/server/process.ts";
import type { Args } from "./args.ts";
import { NAME, program } from "./program.ts";
import { findBridge } from "./record.ts";
import { loadSettings, setVariables } from "./settings.ts";
import { print } from "./terminal.ts";
import { launchdPlist, type Service, systemdUnit } from "./unit.ts";

/** `service install|uninstall|status`: the bridge as a service of this user, by systemd or launchd. */
export async function service(args: Args): Promise<number> {
  const manager = Deno.build.os === "darwin" ? await launchd() : systemd();
  switch (args.action) {
    case "install":
      return await install(args, manager);
    case "uninstall":
      await run(manager.stop).catch(() => {});
      await Deno.remove(manager.file).catch(() => {});
      for (const command of manager.forget) await run(command);
      print(`removed ${manager.file}`);
      return 0;
    default: {
      const [command = "", ...rest] = manager.status;
      return (await new Deno.Command(command, { args: rest }).spawn().status).code;
    }
  }
}

/** How a service manager is spoken to. */
type Manager = ReturnType<typeof systemd>;

function systemd() {
  const config = Deno.env.get("XDG_CONFIG_HOME") ?? join(home(), ".config");
  const ctl = (...args: string[]) => ["systemctl", "--user", ...args];
  return {
    file: join(config, "systemd", "user", `${NAME}.service`),
    text: (service: Service) => systemdUnit(service),
    start: [ctl("daemon-reload"), ctl("enable", NAME), ctl("restart", NAME)],
    stop: ctl("disable", "--now", NAME),
    /** What follows when the file is gone. */
    forget: [ctl("daemon-reload")],
    status: ctl("status", "--no-pager", NAME),
    /** What the user may want to do next. */
    hint: "to keep it running when you are logged out: loginctl enable-linger",
  };
}

async function launchd(): Promise<Manager> {
  const { stdout } = await new Deno.Command("id", { args: ["-u"] }).output();
  const domain = `gui/${new TextDecoder().decode(stdout).trim()}`;
  const file = join(home(), "Library", "LaunchAgents", `${NAME}.plist`);
  return {
    file,
    text: launchdPlist,
    start: [["launchctl", "bootstrap", domain, file]],
    stop: ["launchctl", "bootout", `${domain}/${NAME}`],
    forget: [],
    status: ["launchctl", "print", `${domain}/${NAME}`],
    hint: "it starts when you log in",
  };
}

async function install(args: Args, manager: Manager): Promise<number> {
  const { config, variables } = await loadSettings(args);
  const { stateDir, cwd } = config;
  const service: Service = {
    command: [
      ...program(),
      ...["run", `--cwd=${cwd}`, `--state-dir=${stateDir}`],
      ...args.forRun.filter((option) => option.startsWith("--log-")),
    ],
    stateDir,
    path: Deno.env.get("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
  };
  const settings = await settingsOf(config, variables);
  const env = join(stateDir, ".env");
  if (args.flags.includes("system")) {
    print(systemdUnit(service, Deno.env.get("USER") ?? "root").trimEnd());
    return 0;
  }
  if (args.flags.includes("dry-run")) {
    print(`# ${manager.file}\n${manager.text(service)}`);
    print(`# ${env} (0600): ${Object.keys(settings).join(", ")}`);
    return 0;
  }
  const bridge = await findBridge(stateDir);
  if (bridge && !bridge.service) {
    throw new UsageError(`A bridge already runs (pid ${bridge.pid}): stop it first`);
  }
  await setVariables(env, settings);
  await Deno.mkdir(dirname(manager.file), { recursive: true });
  await Deno.writeTextFile(manager.file, manager.text(service));
  if (Deno.build.os === "darwin") await run(manager.stop).catch(() => {});
  for (const command of manager.start) await run(command);
  print(`installed ${manager.file}\nsettings: ${env}\n${manager.hint}`);
  return 0;
}

/**
 * The settings, wherever they came from, for the one file that the service reads. Its PATH is another
 * one, so opencode is named by its full path.
 */
async function settingsOf(config: Config, variables: Variables): Promise<Record<string, string>> {
  const { OPENCODE_CWD: _cwd, BRIDGE_STATE_DIR: _dir, ...settings } = variables;
  if (config.opencodeUrl !== "") return settings;
  const opencode = await findCommand(config.opencodeCommand);
  if (opencode === undefined) {
    throw new UsageError(
      `Cannot find ${config.opencodeCommand}: install opencode, or set OPENCODE_CMD to its path`,
    );
  }
  return { ...settings, OPENCODE_CMD: resolve(opencode) };
}

async function run([command = "", ...args]: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args }).output().catch(() => ({
    success: false,
    stderr: new TextEncoder().encode("there is none on this machine"),
  }));
  if (success) return;
  const why = new TextDecoder().decode(stderr).trim();
  throw new UsageError(`${[command, ...args].join(" ")} failed: ${why}`);
}

function home(): string {
  const home = Deno.env.get("HOME");
  if (home) return home;
  throw new UsageError("HOME is not set, so there is no place for a service");
}

import { join } from "@std/path";
import { NETWORK_FILE, type ServiceSpec } from "./service_spec.ts";

/** What holds for every unit. Where the kernel lacks something, systemd goes on without it. */
const HARDENING = [
  "NoNewPrivileges=yes",
  "ProtectSystem=full",
  "ProtectControlGroups=yes",
  "ProtectKernelTunables=yes",
  "RestrictSUIDSGID=yes",
  "RestrictRealtime=yes",
  "LockPersonality=yes",
  "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  "SystemCallArchitectures=native",
  "SystemCallErrorNumber=EPERM",
];

/** What is left open in every unit, and why. */
const LEFT_OPEN = [
  "# Left open, because the agent works with it: the home directory and the projects in it, the network,",
  "# devices (graphics, /dev/kvm), debuggers (ptrace), and memory that is both written and executed, which",
  "# every JavaScript engine needs.",
];

/** For a user's own manager: it can drop capabilities only in a user namespace. */
const OWN = ["PrivateUsers=yes", "CapabilityBoundingSet="];

const OWN_CALLS = "SystemCallFilter=~@clock @module @obsolete @raw-io @reboot @swap";

/** For the system's manager. */
const SYSTEM = [
  "PrivateUsers=yes",
  "CapabilityBoundingSet=",
  "PrivateTmp=yes",
  "PrivateMounts=yes",
  "ProtectProc=invisible",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "RemoveIPC=yes",
  "# Programs cannot make namespaces: a browser needs --no-sandbox, and podman does not run. Remove these",
  "# two lines if the agent needs them.",
  "RestrictNamespaces=yes",
  "SystemCallFilter=~@clock @cpu-emulation @module @mount @obsolete @raw-io @reboot @swap",
];

/** For whom a unit is. */
export interface UnitOptions {
  /** The user that a system unit runs as. Without it, the unit is for a user's own manager. */
  readonly user?: string;
  /** Whether a user's own manager can make user namespaces (default: yes). */
  readonly canConfine?: boolean;
}

/**
 * A unit for systemd. With `KillMode=process` (systemd.kill(5)), opencode outlives a crash of the bridge,
 * and the restarted bridge takes it over. A bridge that is stopped ends its opencode by itself.
 */
export function systemdUnit(service: ServiceSpec, options: UnitOptions = {}): string {
  const { user, canConfine = true } = options;
  const own = [...(canConfine ? OWN : []), OWN_CALLS];
  return [
    "[Unit]",
    "Description=Feishu bridge to the opencode agent",
    ...(user === undefined ? [] : ["Wants=network-online.target", "After=network-online.target"]),
    "",
    "[Service]",
    "# Not Type=notify with a watchdog: only systemd-notify could send for the bridge, and for that every tool",
    "# of the agent could too (NotifyAccess=all): say that all is well, or name another process as the main one.",
    "Type=exec",
    `ExecStart=${service.command.map(systemdWord).join(" ")}`,
    `WorkingDirectory=${service.stateDir.replaceAll("%", "%%")}`,
    `Environment=${systemdWord(`PATH=${service.path}`)}`,
    "# Proxy and certificates. The file may be missing.",
    `EnvironmentFile=-${join(service.stateDir, NETWORK_FILE).replaceAll("%", "%%")}`,
    ...(user === undefined ? [] : [`User=${user}`]),
    "Restart=always",
    "RestartSec=5",
    "# As a service, exit code 2 means that you have to correct something. A restart would not help.",
    "RestartPreventExitStatus=2",
    "KillMode=process",
    "TimeoutStopSec=10",
    "",
    ...LEFT_OPEN,
    ...HARDENING,
    ...(user === undefined ? own : SYSTEM),
    "",
    "[Install]",
    `WantedBy=${user === undefined ? "default.target" : "multi-user.target"}`,
    "",
  ].join("\n");
}

/** Quotes a word of a unit, in which `%`, `$`, quotes and backslashes have a meaning (systemd.syntax(7)). */
function systemdWord(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%");
  // Only commands expand variables, and only there does `$$` stand for `$`.
  return /^PATH=/.test(word) ? `"${escaped}"` : `"${escaped.replaceAll("$", "$$$$")}"`;
}

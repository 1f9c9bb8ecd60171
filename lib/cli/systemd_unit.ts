import type { ServiceSpec } from "./service_spec.ts";

/**
 * A unit for systemd. With `KillMode=process` (systemd.kill(5)), opencode outlives a crash of the bridge,
 * and the restarted bridge takes it over. A bridge that is stopped ends its opencode by itself.
 *
 * @param user The user that a system unit runs as. Without it, the unit is for a user's own manager.
 */
export function systemdUnit(service: ServiceSpec, user?: string): string {
  // A user's own service manager may not set these.
  const system = [
    `User=${user}`,
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "CapabilityBoundingSet=",
  ];
  return [
    "[Unit]",
    "Description=Feishu bridge to the opencode agent",
    ...(user === undefined ? [] : ["Wants=network-online.target", "After=network-online.target"]),
    "",
    "[Service]",
    "Type=exec",
    `ExecStart=${service.command.map(systemdWord).join(" ")}`,
    `WorkingDirectory=${service.stateDir.replaceAll("%", "%%")}`,
    `Environment=${systemdWord(`PATH=${service.path}`)}`,
    "Restart=always",
    "RestartSec=5",
    "# Exit code 2 means bad settings. A restart would not help.",
    "RestartPreventExitStatus=2",
    "KillMode=process",
    "TimeoutStopSec=10",
    "NoNewPrivileges=yes",
    "ProtectSystem=full",
    "ProtectControlGroups=yes",
    "ProtectKernelTunables=yes",
    "RestrictSUIDSGID=yes",
    "RestrictRealtime=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    ...(user === undefined ? [] : system),
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

import { NAME } from "./program.ts";

/** What a service manager needs to know about the bridge. */
export interface Service {
  /** The program with its arguments, all paths absolute. */
  readonly command: readonly string[];
  /** Where settings, state and log are. */
  readonly stateDir: string;
  /** PATH of the agent's tools. */
  readonly path: string;
}

/**
 * A unit for systemd. Its manual of kill: with `process`, opencode outlives a crash of the bridge, which
 * takes it over when it is started again; a bridge that is stopped ends it by itself.
 *
 * @param user For a system unit: who it runs as.
 */
export function systemdUnit(service: Service, user?: string): string {
  // What needs a right that a user's own service manager does not have.
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
    "# Settings that are wrong do not get better by trying again.",
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

/** A property list for launchd; see {@linkcode systemdUnit} about opencode's life. */
export function launchdPlist({ command, stateDir, path }: Service): string {
  const text = (value: string) =>
    `<string>${
      value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    }</string>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>${text(NAME)}
  <key>ProgramArguments</key>
  <array>
    ${command.map(text).join("\n    ")}
  </array>
  <key>WorkingDirectory</key>${text(stateDir)}
  <key>EnvironmentVariables</key><dict><key>PATH</key>${text(path)}</dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
  <key>ThrottleInterval</key><integer>5</integer>
  <key>ExitTimeOut</key><integer>10</integer>
  <key>AbandonProcessGroup</key><true/>
  <key>StandardErrorPath</key>${text(`${stateDir}/bridge.log`)}
</dict>
</plist>
`;
}

/** A word of a systemd command line, in which `%`, `$`, quotes and backslashes have a meaning. */
function systemdWord(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%");
  // A variable is only looked for in a command, and `$$` stands for the sign there.
  return /^PATH=/.test(word) ? `"${escaped}"` : `"${escaped.replaceAll("$", "$$$$")}"`;
}

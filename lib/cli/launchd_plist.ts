import { NAME } from "./program.ts";
import type { ServiceSpec } from "./service_spec.ts";

/**
 * A property list for launchd (launchd.plist(5)). With `AbandonProcessGroup`, opencode outlives a crash of
 * the bridge, and the restarted bridge takes it over.
 */
export function launchdPlist({ command, stateDir, path }: ServiceSpec): string {
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

import { bridgeLog } from "../background/log_part.ts";
import { NAME } from "../program.ts";
import type { ServiceSpec } from "./service_spec.ts";

/**
 * A property list for launchd (launchd.plist(5)). With `AbandonProcessGroup`, opencode outlives a crash of
 * the bridge, and the restarted bridge takes it over. launchd reads variables from nowhere else, and a proxy
 * may have a password in it, so the file is for its owner only.
 */
export function launchdPlist(
  { command, stateDir, path, network, name = NAME }: ServiceSpec & { readonly name?: string },
): string {
  const escape = (value: string) =>
    value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const text = (value: string) => `<string>${escape(value)}</string>`;
  const variables = Object.entries({ PATH: path, ...network })
    .map(([name, value]) => `<key>${name}</key>${text(value)}`).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>${text(name)}
  <key>ProgramArguments</key>
  <array>
    ${command.map(text).join("\n    ")}
  </array>
  <key>WorkingDirectory</key>${text(stateDir)}
  <key>EnvironmentVariables</key><dict>${variables}</dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
  <key>ThrottleInterval</key><integer>5</integer>
  <key>ExitTimeOut</key><integer>10</integer>
  <key>AbandonProcessGroup</key><true/>
  <key>StandardErrorPath</key>${text(bridgeLog(stateDir))}
</dict>
</plist>
`;
}

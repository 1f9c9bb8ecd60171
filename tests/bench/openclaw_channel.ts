import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";

/** How every OpenClaw is connected to the twin: as its app, for its first user alone. */
export function feishuChannel(
  twin: Twin,
  more: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    enabled: true,
    appId: twin.app.id,
    appSecret: twin.app.secret,
    dmPolicy: "allowlist",
    allowFrom: [twin.user.openId],
    ...more,
  };
}

import { list, object, string } from "../../base/json.ts";
import type { FeishuClient } from "./client.ts";

/** A scope of the app. */
export interface Scope {
  readonly name: string;
  /** Scopes that include it. */
  readonly wide?: readonly string[];
  /** Without it only an extra is missing: reactions, files, smoother answers. */
  readonly optional?: true;
}

/** The scopes that this program uses (Feishu's pages of its calls and events). */
export const SCOPES: readonly Scope[] = [
  { name: "im:message:send_as_bot", wide: ["im:message"] },
  { name: "im:message:readonly", wide: ["im:message"] },
  { name: "im:message:update", wide: ["im:message"] },
  { name: "im:message.p2p_msg:readonly", wide: ["im:message.p2p_msg"] },
  {
    name: "im:message.group_at_msg:readonly",
    wide: ["im:message.group_at_msg", "im:message.group_msg"],
  },
  { name: "im:message.reactions:write_only", wide: ["im:message"], optional: true },
  { name: "im:resource", optional: true },
  { name: "cardkit:card:write", optional: true },
  { name: "cardkit:card:read", optional: true },
];

/** The {@linkcode SCOPES} that the app has not been granted. */
export async function missingScopes(client: FeishuClient, signal: AbortSignal): Promise<Scope[]> {
  const { scopes } = await client.call("GET", "application/v6/scopes", {}, signal);
  const granted = new Set(list(scopes, (item) => {
    const { grant_status: status, scope_name: name } = object(item);
    return status === 1 ? string(name) : undefined;
  }));
  return SCOPES.filter(({ name, wide = [] }) => ![name, ...wide].some((one) => granted.has(one)));
}

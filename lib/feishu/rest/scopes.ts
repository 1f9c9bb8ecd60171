import { list, object, string } from "../../base/json.ts";
import type { FeishuClient } from "./client.ts";

/** A scope of the app; `wide` ones grant the same and more. */
export interface Scope {
  readonly name: string;
  readonly wide?: readonly string[];
  /** Without it only something extra is missing: a reaction, a file, a smoother answer. */
  readonly optional?: true;
}

/** The scopes that this program uses (Feishu's pages of the calls and events). */
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

/** The scopes of {@linkcode SCOPES} that the app does not have. */
export async function missingScopes(client: FeishuClient, signal: AbortSignal): Promise<Scope[]> {
  const { scopes } = await client.call("GET", "application/v6/scopes", {}, signal);
  const granted = new Set(list(scopes, (item) => {
    const { grant_status: status, scope_name: name } = object(item);
    return status === 1 ? string(name) : undefined;
  }));
  return SCOPES.filter(({ name, wide = [] }) => ![name, ...wide].some((one) => granted.has(one)));
}

import { list, object, string } from "../../base/json.ts";
import type { FeishuClient } from "./client.ts";

/** What the program does with a scope. */
export type Feature =
  | "send"
  | "direct"
  | "mentions"
  | "read"
  | "readGroups"
  | "reactions"
  | "files"
  | "typing"
  | "slashPanel"
  | "onTop"
  | "divider"
  | "buzz"
  | "joined"
  | "names"
  | "groupNames";

/** A scope of the app. */
export interface Scope {
  readonly name: string;
  /** Scopes of which any does the same. */
  readonly instead?: readonly string[];
  /** What fails without it. */
  readonly feature: Feature;
  /**
   * - `needed`: the bot does not work without it;
   * - `extra`: without it only something pleasant is missing;
   * - `admin`: an extra that an administrator has to grant, so `setup` does not ask for it.
   */
  readonly kind: "needed" | "extra" | "admin";
}

/**
 * The scopes that this program uses, and what for (Feishu's pages of its calls and events). None is needed
 * for clicks, the bot's identity, this list itself, or the event that somebody opened the chat; follow-ups
 * go with the scope of sending.
 */
export const SCOPES: readonly Scope[] = [
  {
    name: "im:message:send_as_bot",
    instead: ["im:message"],
    feature: "send",
    kind: "needed",
  },
  {
    name: "im:message:readonly",
    instead: ["im:message", "im:message.history:readonly"],
    feature: "read",
    kind: "needed",
  },
  {
    name: "im:message.p2p_msg:readonly",
    instead: ["im:message.p2p_msg"],
    feature: "direct",
    kind: "needed",
  },
  {
    name: "im:message.group_at_msg:readonly",
    instead: [
      "im:message.group_at_msg",
      "im:message.group_at_msg.include_bot:readonly",
      "im:message.group_msg",
    ],
    feature: "mentions",
    kind: "needed",
  },
  { name: "im:message.group_msg", feature: "readGroups", kind: "admin" },
  {
    name: "im:message.reactions:write_only",
    instead: ["im:message"],
    feature: "reactions",
    kind: "extra",
  },
  { name: "im:resource", instead: ["im:resource:upload"], feature: "files", kind: "extra" },
  { name: "cardkit:card:write", feature: "typing", kind: "extra" },
  { name: "application:app_slash_command:read", feature: "slashPanel", kind: "extra" },
  { name: "application:app_slash_command:write", feature: "slashPanel", kind: "extra" },
  {
    name: "im:datasync.feed_card.time_sensitive:write",
    feature: "onTop",
    kind: "extra",
  },
  { name: "im:message:send_sys_msg", feature: "divider", kind: "extra" },
  {
    name: "im:message.urgent",
    instead: ["im:message.urgent:app_send"],
    feature: "buzz",
    kind: "extra",
  },
  {
    name: "im:chat.members:bot_access",
    instead: ["im:chat", "im:chat:readonly"],
    feature: "joined",
    kind: "extra",
  },
  { name: "contact:user.basic_profile:readonly", feature: "names", kind: "extra" },
  {
    name: "im:chat:read",
    instead: ["im:chat", "im:chat:readonly"],
    feature: "groupNames",
    kind: "extra",
  },
];

/** The {@linkcode SCOPES} that the app has not been granted. */
export async function missingScopes(client: FeishuClient, signal: AbortSignal): Promise<Scope[]> {
  const { scopes } = await client.call("GET", "application/v6/scopes", {}, signal);
  const granted = new Set(list(scopes, (item) => {
    const { grant_status: status, scope_name: name } = object(item);
    return status === 1 ? string(name) : undefined;
  }));
  return SCOPES.filter(({ name, instead = [] }) =>
    ![name, ...instead].some((one) => granted.has(one))
  );
}

import { defined, list, need, number, object, parser, string } from "../../base/json.ts";
import type { SessionStatus } from "../transcript/event.ts";
import type { StoredSession } from "../wire.ts";
import { modelName, plainMessage } from "./message.ts";

/** Parses a session as the session endpoints and events carry it. */
export const parseSession = parser((session): StoredSession => {
  const time = object(session.time);
  const { providerID, id: modelID, variant } = object(session.model);
  return defined({
    id: need(string(session.id)),
    directory: need(string(session.directory)),
    title: string(session.title) ?? "",
    parentId: string(session.parentID),
    updated: number(time.updated) ?? 0,
    archived: number(time.archived),
    model: modelName({ providerID, modelID }),
    effort: variant === "default" ? undefined : string(variant),
    agent: string(session.agent),
    sharedAt: string(object(session.share).url),
    revertedFrom: string(object(session.revert).messageID),
  });
});

/** What the rules of a session allow, each as `permission pattern`. */
export function parseAllowed(rules: unknown): string[] {
  return list(rules, parseAllowRule);
}

const parseAllowRule = parser(({ permission, pattern, action }) =>
  action === "allow" ? `${need(string(permission))} ${need(string(pattern))}` : undefined
);

/** Parses the status of one session. */
export const parseStatus = parser((status): SessionStatus | undefined => {
  const { type } = status;
  if (type === "idle" || type === "busy") return { type };
  if (type !== "retry") return undefined;
  return {
    type,
    attempt: number(status.attempt) ?? 1,
    message: plainMessage(string(status.message) ?? ""),
    next: number(status.next) ?? 0,
  };
});

/**
 * Parses the answer of `GET /session/status`: session id → status, without those that are idle. opencode 1.18.33
 * leaves them out; its API document allows them.
 */
export const parseStatusMap = parser((map): Map<string, SessionStatus> => {
  const statuses = new Map<string, SessionStatus>();
  for (const [id, json] of Object.entries(map)) {
    const status = parseStatus(json);
    if (status && status.type !== "idle") statuses.set(id, status);
  }
  return statuses;
});

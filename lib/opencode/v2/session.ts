import { defined, list, need, number, object, parser, string } from "../../base/json.ts";
import type { SessionStatus } from "../transcript/event.ts";
import type { StoredSession } from "../wire.ts";
import { modelName } from "./model_use.ts";
import { commonName } from "./names.ts";

/** Parses a session. */
export const parseSession = parser((session): StoredSession => {
  const time = object(session.time);
  const { variant } = object(session.model);
  return defined({
    id: need(string(session.id)),
    directory: need(string(object(session.location).directory)),
    title: string(session.title) ?? "",
    parentId: string(session.parentID),
    updated: number(time.updated) ?? 0,
    archived: number(time.archived),
    model: modelName(object(session.model)),
    effort: variant === "default" ? undefined : string(variant),
    agent: string(session.agent),
    revertedFrom: string(object(session.revert).messageID),
  });
});

/** What the rules of a session allow, each as `permission pattern`. */
export function parseAllowed(rules: unknown): string[] {
  return list(rules, parseAllowRule);
}

const parseAllowRule = parser(({ action, resource, effect }) =>
  effect === "allow" ? `${commonName(need(string(action)))} ${need(string(resource))}` : undefined
);

/** Parses `GET /api/session/active`: the ids of the sessions that run in this server. */
export const parseActive = parser((active): Map<string, SessionStatus> =>
  new Map(Object.keys(active).map((id) => [id, { type: "busy" }]))
);

import { defined, list, need, number, object, parser, string } from "../../base/json.ts";
import type { SavedRule } from "../../model/agent_rules.ts";
import type { AgentCommand } from "../../model/session.ts";
import type { AgentEntry, Provider } from "../wire.ts";
import { commonName } from "./names.ts";

/** Parses an entry of `GET /api/agent`; its name is the id, and what is called `name` is for display. */
export const parseAgentEntry = parser((agent): AgentEntry => ({
  name: need(string(agent.id) ?? string(agent.name)),
  mode: string(agent.mode) ?? "all",
  hidden: agent.hidden === true,
}));

/** Parses an entry of `GET /api/command`. */
export const parseCommandEntry = parser((command): AgentCommand => ({
  name: need(string(command.name)),
  description: string(command.description) ?? "",
}));

/** Parses the models of `GET /api/model` by their providers. Their settings hold keys and are not looked at. */
export function parseProviders(models: unknown): Provider[] {
  const byProvider = Map.groupBy(list(models, parseModelEntry), ({ provider }) => provider);
  return [...byProvider].map(([id, entries]) => ({
    id,
    name: id,
    models: entries.map(({ model }) => model),
  }));
}

/** Parses a rule of `GET /api/permission/saved`. */
export const parseSavedRule = parser((rule): SavedRule =>
  defined({
    id: need(string(rule.id)),
    permission: commonName(need(string(rule.action))),
    pattern: need(string(rule.resource)),
    since: number(object(rule.time).created),
  })
);

const parseModelEntry = parser((entry) => ({
  provider: need(entry.enabled === false ? undefined : string(entry.providerID)),
  model: defined({
    id: need(string(entry.id)),
    context: number(object(entry.limit).context),
    efforts: list(entry.variants, (variant) => string(object(variant).id)),
  }),
}));

/**
 * Reads the rules `ask` out of the documents of `GET /api/config`: `bash`, or `bash "rm *"` for one resource.
 * The rest of them is not looked at, since it holds the providers' keys.
 */
export function parseAskRules(documents: unknown): string[] {
  const rules = list(documents, (document) => {
    const { permissions } = object(object(document).info);
    return list(permissions, parseAskRule);
  });
  return [...new Set(rules.flat())];
}

const parseAskRule = parser(({ action, resource, effect }) => {
  if (effect !== "ask") return undefined;
  const name = commonName(need(string(action)));
  return resource === undefined || resource === "*" ? name : `${name} "${String(resource)}"`;
});

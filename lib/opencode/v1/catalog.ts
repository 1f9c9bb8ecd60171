import { defined, list, need, number, object, parser, string } from "../../base/json.ts";
import type { AgentCommand } from "../../model/session.ts";
import type { AgentEntry, Provider } from "../wire.ts";

/** Parses an entry of `GET /agent`. */
export const parseAgentEntry = parser((agent): AgentEntry => ({
  name: need(string(agent.name)),
  mode: string(agent.mode) ?? "all",
  hidden: agent.hidden === true,
}));

/** Parses the answer of `GET /config/providers`. */
export const parseProviders = parser(({ providers }): Provider[] | undefined =>
  Array.isArray(providers) ? list(providers, parseProviderEntry) : undefined
);

const parseProviderEntry = parser((provider): Provider => {
  const id = need(string(provider.id));
  return {
    id,
    name: string(provider.name) ?? id,
    models: list(Object.values(object(provider.models)), parseModelEntry),
  };
});

const parseModelEntry = parser((model): Provider["models"][number] =>
  defined({
    id: need(string(model.id)),
    context: number(object(model.limit).context),
    efforts: Object.keys(object(model.variants)),
  })
);

/** Parses the text of an entry of `GET /command`; it is missing where another server has it (MCP). */
export const parseTemplate = parser((command): { name: string; template: string | undefined } => ({
  name: need(string(command.name)),
  template: string(command.template),
}));

/** Parses an entry of `GET /command`. */
export const parseCommandEntry = parser((command): AgentCommand => ({
  name: need(string(command.name)),
  description: string(command.description) ?? "",
}));

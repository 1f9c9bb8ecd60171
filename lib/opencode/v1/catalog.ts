import { list, need, number, object, type Parsed, parser, string } from "../../base/json.ts";

/** An agent as `GET /agent` lists it. */
export type AgentEntry = Parsed<typeof parseAgent>;
/** Parses an entry of `GET /agent`. */
export const parseAgent = parser((agent) => ({
  name: need(string(agent.name)),
  /** `primary`, `subagent` or `all`. */
  mode: string(agent.mode) ?? "all",
  hidden: agent.hidden === true,
}));

/** The providers with their models. */
export type Providers = Parsed<typeof parseProviders>;
/** Parses `GET /config/providers`. */
export const parseProviders = parser(({ providers }) =>
  Array.isArray(providers) ? { providers: list(providers, parseProvider) } : undefined
);

const parseProvider = parser((provider) => {
  const id = need(string(provider.id));
  return {
    id,
    name: string(provider.name) ?? id,
    models: list(Object.values(object(provider.models)), parseModel),
  };
});

const parseModel = parser((model) => ({
  id: need(string(model.id)),
  /** Context window in tokens. */
  context: number(object(model.limit).context),
}));

/** A slash command that opencode knows. */
export type Command = Parsed<typeof parseCommand>;
/** Parses an entry of `GET /command`. */
export const parseCommand = parser((command) => ({
  name: need(string(command.name)),
  description: string(command.description) ?? "",
}));

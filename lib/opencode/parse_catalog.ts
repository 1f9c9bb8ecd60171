import { list, need, number, object, parser, string } from "../json.ts";

/** Parses an entry of `GET /agent`. */
export const parseAgent = parser((agent) => ({
  name: need(string(agent.name)),
  /** `primary`, `subagent` or `all`. */
  mode: string(agent.mode) ?? "all",
  hidden: agent.hidden === true,
  description: string(agent.description),
}));

/** Parses `GET /config/providers`. */
export const parseProviders = parser((answer) => ({
  providers: list(
    need(Array.isArray(answer.providers) ? answer.providers : undefined),
    parseProvider,
  ),
  /** Provider → its default model. */
  defaults: Object.fromEntries(
    Object.entries(object(answer.default)).flatMap(([provider, model]) =>
      typeof model === "string" ? [[provider, model]] : []
    ),
  ),
}));

const parseProvider = parser((provider) => {
  const id = need(string(provider.id));
  return {
    id,
    name: string(provider.name) ?? id,
    models: list(Object.values(object(provider.models)), parseModel),
  };
});

const parseModel = parser((model) => {
  const id = need(string(model.id));
  return {
    id,
    name: string(model.name) ?? id,
    /** Context window in tokens. */
    context: number(object(model.limit).context),
    /** Whether it sees images. */
    images: object(object(model.capabilities).input).image === true,
    variants: Object.keys(object(model.variants)),
  };
});

/** Parses an entry of `GET /command`. */
export const parseCommand = parser((command) => ({
  name: need(string(command.name)),
  description: string(command.description) ?? "",
}));

/**
 * Reads the rules `ask` out of a configuration: `bash`, or `bash "rm *"` for one pattern. The rest of it
 * is not looked at, since it holds the providers' keys.
 */
export const parseAskRules = parser(({ permission }): string[] => {
  if (permission === "ask") return ["*"];
  return Object.entries(object(permission)).flatMap(([name, rule]) => {
    if (rule === "ask") return [name];
    return Object.entries(object(rule))
      .filter(([, action]) => action === "ask")
      .map(([pattern]) => `${name} "${pattern}"`);
  });
});

import { list, number, object, string } from "./json.ts";
import type { Agent, Model, Providers } from "./types.ts";

/** Parses an entry of `GET /agent`. */
export function parseAgent(json: unknown): Agent | undefined {
  const agent = object(json);
  const name = string(agent?.name);
  if (name === undefined) return undefined;
  return {
    name,
    mode: string(agent?.mode) ?? "all",
    hidden: agent?.hidden === true,
    description: string(agent?.description),
    rules: list(agent?.permission, (item) => {
      const rule = object(item);
      const permission = string(rule?.permission);
      const action = string(rule?.action);
      if (permission === undefined || action === undefined) return undefined;
      return { permission, action, pattern: string(rule?.pattern) ?? "*" };
    }),
  };
}

/** Parses `GET /config/providers`. */
export function parseProviders(json: unknown): Providers | undefined {
  const answer = object(json);
  if (!Array.isArray(answer?.providers)) return undefined;
  const defaults = Object.entries(object(answer.default) ?? {});
  return {
    providers: list(answer.providers, (item) => {
      const provider = object(item);
      const id = string(provider?.id);
      if (id === undefined) return undefined;
      const models = list(Object.values(object(provider?.models) ?? {}), parseModel);
      return { id, name: string(provider?.name) ?? id, models };
    }),
    defaults: Object.fromEntries(
      defaults.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ),
  };
}

function parseModel(json: unknown): Model | undefined {
  const model = object(json);
  const id = string(model?.id);
  if (id === undefined) return undefined;
  return {
    id,
    name: string(model?.name) ?? id,
    context: number(object(model?.limit)?.context),
    images: object(object(model?.capabilities)?.input)?.image === true,
    variants: Object.keys(object(model?.variants) ?? {}),
  };
}

/** A slash command that opencode knows, from `GET /command`. */
export interface Command {
  name: string;
  description: string;
}

/** Parses an entry of `GET /command`. */
export function parseCommand(json: unknown): Command | undefined {
  const command = object(json);
  const name = string(command?.name);
  return name === undefined ? undefined : { name, description: string(command?.description) ?? "" };
}

/**
 * Reads the rules `ask` out of a configuration: `bash`, or `bash "rm *"` for one pattern. The rest of it
 * is not looked at, since it holds the providers' keys.
 */
export function parseAskRules(json: unknown): string[] | undefined {
  const config = object(json);
  if (config === undefined) return undefined;
  if (config.permission === "ask") return ["*"];
  return Object.entries(object(config.permission) ?? {}).flatMap(([name, rule]) => {
    if (rule === "ask") return [name];
    return Object.entries(object(rule) ?? {})
      .filter(([, action]) => action === "ask")
      .map(([pattern]) => `${name} "${pattern}"`);
  });
}

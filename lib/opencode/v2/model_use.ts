import { type JsonObject, list, number, object, string } from "../../base/json.ts";

/** The `provider/model` of `{providerID, id}`. */
export function modelName({ providerID, id }: JsonObject): string | undefined {
  const [provider, model] = [string(providerID), string(id)];
  return provider === undefined || model === undefined ? undefined : `${provider}/${model}`;
}

/** How many tokens a step, or a compaction, has read and written. */
export function countTokens({ input, output, reasoning, cache }: JsonObject): number {
  const { read, write } = object(cache);
  return list([input, output, reasoning, read, write], number).reduce((a, b) => a + b, 0);
}

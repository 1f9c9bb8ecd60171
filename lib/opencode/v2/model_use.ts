import { type JsonObject, string } from "../../base/json.ts";

/** The `provider/model` of `{providerID, id}`. */
export function modelName({ providerID, id }: JsonObject): string | undefined {
  const [provider, model] = [string(providerID), string(id)];
  return provider === undefined || model === undefined ? undefined : `${provider}/${model}`;
}

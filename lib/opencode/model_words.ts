/** What all generations of opencode say alike of models. */
import { type JsonObject, list, number, object, parseJson, string } from "../base/json.ts";

/** How many tokens a step, or a compaction, has read and written. */
export function countTokens({ input, output, reasoning, cache }: JsonObject): number {
  const { read, write } = object(cache);
  return list([input, output, reasoning, read, write], number).reduce((a, b) => a + b, 0);
}

/** The two parts of `provider/model`, split at the first slash: a model's own name may have more of them. */
export function splitModel(model: string): { readonly provider: string; readonly id: string } {
  const [provider = "", ...rest] = model.split("/");
  return { provider, id: rest.join("/") };
}

/** The message in a provider's answer, which is JSON; `undefined` in any other text. */
export function providerMessage(text: string): string | undefined {
  const json = object(parseJson(text));
  return string(json.message) ?? string(object(json.error).message);
}

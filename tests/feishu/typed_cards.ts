import { type JsonObject, object, parseJson } from "../../lib/base/json.ts";
import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";
import type { View } from "../../lib/model/view.ts";
import { texts } from "../../lib/texts/texts.ts";

export const en = texts("en");
export const minute = 60_000;
export const streaming = { stream: "auto" } as const;
export const working = (text: string): View => ({ status: "working", text });
export const begin = [working("a"), working("ab"), working("ab."), working("ab.c")];
export const done = (text: string): View => ({ status: "done", text });
export const finished = (text: string) => `${en.status.done}\n${text}`;
/** What is not typed: the card gets another element. */
export const otherFrame: View = { ...working("abcd"), todos: [{ text: "x", state: "pending" }] };

export const shown = (twin: Twin) => twin.botMessages().map((message) => twin.plain(message));
export const isOn = (twin: Twin) =>
  twin.botMessages().some(({ content }) => object(object(content).config).streaming_mode === true);
export const calls = (twin: Twin, pattern: RegExp) =>
  twin.requests.filter(({ method, path }) => pattern.test(`${method} ${path}`));
export const creations = /POST .*cardkit\/v1\/cards$/;
export const sends = /POST .*messages/;
export const writes = /PUT .*content$/;
export const replacements = /PUT .*cards\/\d*[^/]*$/;
export const switches = /PATCH .*settings$/;
export const patches = /PATCH .*messages/;
export const changes = /(PUT|PATCH) .*cardkit/;
export const counts = (twin: Twin) =>
  [creations, sends, writes, replacements, switches, patches]
    .map((one) => calls(twin, one).length);

export const refused = (twin: Twin) =>
  twin.requests.map(({ code }) => code).filter((code) => code !== 0 && code !== undefined);

/** The config in the card or settings of a call. */
export function configOf({ body }: { readonly body?: unknown }): JsonObject {
  const { data, card, settings } = object(body);
  return object(object(parseJson(String(settings ?? object(card).data ?? data))).config);
}

/**
 * Feishu's CardKit: cards whose text grows like typed. It needs the scopes `cardkit:card:read` and
 * `cardkit:card:write`. Pure; `FeishuApi` makes the calls.
 */
import { type JsonObject, object, parseJson } from "../../base/json.ts";

/** How a growing text appears: about 160 characters a second, and at once what is behind. */
const TYPEWRITER = {
  streaming_mode: true,
  streaming_config: {
    print_frequency_ms: { default: 30 },
    print_step: { default: 5 },
    print_strategy: "fast",
  },
};

/** A change of a card, as CardKit takes it. */
export interface CardChange {
  readonly method: "PATCH" | "PUT";
  /** Behind the card's id. */
  readonly path: string;
  readonly data: JsonObject;
}

/** Switches streaming on, for ten minutes from then, or off. */
export function switchStreaming(on: boolean): CardChange {
  const settings = JSON.stringify({ config: { streaming_mode: on } });
  return { method: "PATCH", path: "/settings", data: { settings } };
}

/** Replaces the whole card; possible whether or not it is streaming. */
export function replaceCard(content: string, streaming: boolean): CardChange {
  const card = object(parseJson(content));
  const config = { ...object(card.config), ...(streaming ? TYPEWRITER : {}) };
  const data = JSON.stringify({ ...card, config });
  return { method: "PUT", path: "", data: { card: { type: "card_json", data } } };
}

/** Gives one element, which must not become empty, its new text; possible only while streaming. */
export function writeElement(elementId: string, content: string): CardChange {
  return { method: "PUT", path: `/elements/${elementId}/content`, data: { content } };
}

/** A card taken apart into the texts that can grow by themselves, by element id, and what is around. */
export interface CardParts {
  readonly texts: ReadonlyMap<string, string>;
  readonly rest: string;
}

/** Takes a card's JSON apart. Its line in the list of chats does not count: the end sets it. */
export function cardParts(content: string): CardParts {
  const texts = new Map<string, string>();
  const rest = JSON.stringify(parseJson(content), (key, value) => {
    if (key === "summary") return undefined;
    const { element_id: id, content: text } = object(value);
    if (typeof id !== "string" || typeof text !== "string") return value;
    texts.set(id, text);
    return { ...value, content: "" };
  });
  return { texts, rest };
}

/**
 * Feishu's CardKit: cards whose text grows as if it were typed. It needs the scopes `cardkit:card:read`
 * and `cardkit:card:write`. Pure; `FeishuApi` makes the calls.
 */
import { type JsonObject, object, parseJson } from "../../base/json.ts";

/** How growing text appears: about 160 characters a second, and at once what lags behind. */
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
  /** The rest of the path, behind the card's id. */
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

/** Gives one element its new text, which must not be empty; possible only while streaming. */
export function writeElement(elementId: string, content: string): CardChange {
  return { method: "PUT", path: `/elements/${elementId}/content`, data: { content } };
}

/** A card, with the texts that can grow on their own apart from everything else. */
export interface CardLayers {
  /** By element id. */
  readonly texts: ReadonlyMap<string, string>;
  /** The card's JSON without these texts. */
  readonly frame: string;
}

/** Separates the growing texts of a card. Its line in the list of chats is left out: the end sets it. */
export function cardLayers(content: string): CardLayers {
  const texts = new Map<string, string>();
  const frame = JSON.stringify(parseJson(content), (key, value) => {
    if (key === "summary") return undefined;
    const { element_id: id, content: text } = object(value);
    if (typeof id !== "string" || typeof text !== "string") return value;
    texts.set(id, text);
    return { ...value, content: "" };
  });
  return { texts, frame };
}

/**
 * Feishu's CardKit: cards that are made by themselves, sent by their id, and grow as if their text were
 * typed. It needs the scope `cardkit:card:write`. Pure; `FeishuApi` makes the calls.
 */
import { type JsonObject, object, parseJson } from "../../base/json.ts";
import type { Rendered } from "../draw/rendered.ts";

/**
 * How growing text is typed: 5 characters every 30 ms, about as fast as a model writes. What is not typed when
 * more text comes appears at once (CardKit's page of streaming updates).
 */
const STREAMING: JsonObject = {
  streaming_mode: true,
  streaming_config: {
    print_frequency_ms: { default: 30 },
    print_step: { default: 5 },
    print_strategy: "fast",
  },
};

/** A card that CardKit keeps. */
export interface ShownCard {
  readonly id: string;
  /** The message that shows it, if that is known. */
  readonly messageId?: string | undefined;
}

/** A change of a card, as CardKit takes it. */
export interface CardChange {
  readonly method: "PATCH" | "PUT";
  /** The rest of the path, behind the card's id. */
  readonly path: string;
  readonly data: JsonObject;
}

/** Switches streaming on, for ten minutes from then. */
export function openStreaming(): CardChange {
  return settings(STREAMING);
}

/** Switches streaming off. The line in the list of chats, which says until then that text is written, is `content`'s. */
export function closeStreaming(content: string): CardChange {
  const { summary } = object(object(parseJson(content)).config);
  return settings({ streaming_mode: false, ...(summary !== undefined && { summary }) });
}

/** Replaces the whole card; possible whether or not it is streaming. */
export function replaceCard(content: string): CardChange {
  return { method: "PUT", path: "", data: { card: { type: "card_json", data: content } } };
}

/** Gives one element its new text, which must show something; possible only while streaming. */
export function writeElement(elementId: string, content: string): CardChange {
  return { method: "PUT", path: `/elements/${elementId}/content`, data: { content } };
}

/** A card's JSON as that of a card whose text is typed. */
export function typedCard(content: string): string {
  const card = object(parseJson(content));
  return JSON.stringify({ ...card, config: { ...object(card.config), ...STREAMING } });
}

/** The message that shows a card. One card has one message. */
export function cardMessage(cardId: string): Rendered {
  return {
    type: "interactive",
    content: JSON.stringify({ type: "card", data: { card_id: cardId } }),
  };
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

function settings(config: JsonObject): CardChange {
  return { method: "PATCH", path: "/settings", data: { settings: JSON.stringify({ config }) } };
}

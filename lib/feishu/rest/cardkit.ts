/**
 * Feishu's CardKit: cards that are made by themselves, sent by their id, and grow as if their text were
 * typed. It needs the scope `cardkit:card:write`. Pure; `FeishuApi` makes the calls.
 */
import { type JsonObject, object, parseJson } from "../../base/json.ts";
import type { Rendered } from "../draw/rendered.ts";

/** How fast a model writes, in characters a second. */
const WRITTEN_PER_S = 160;
/** The most characters that are expected at once: a model pauses for its tools. */
const MAX_CHARS = 1_200;
/** Milliseconds between two steps of typing. */
const PRINT_MS = 30;

/** How growing text is typed (CardKit's page of streaming updates). */
export interface Typing {
  readonly print_frequency_ms: { readonly default: number };
  readonly print_step: { readonly default: number };
  readonly print_strategy: "fast";
}

/**
 * Types text that arrives every `paceMs` milliseconds over about that time. What is not typed by then appears at
 * once.
 */
export function typing(paceMs: number): Typing {
  const ms = Math.max(paceMs, PRINT_MS);
  const chars = Math.min(WRITTEN_PER_S * ms / 1000, MAX_CHARS);
  const step = Math.max(1, Math.ceil(chars * PRINT_MS / ms));
  return {
    print_frequency_ms: { default: PRINT_MS },
    print_step: { default: step },
    print_strategy: "fast",
  };
}

/** Whether two ways of typing differ so much that a change is worth a call of its own. */
export function differs(one: Typing, other: Typing): boolean {
  const [a, b] = [one.print_step.default, other.print_step.default];
  return Math.max(a, b) >= 2 * Math.min(a, b);
}

/** A change of a card, as CardKit takes it. */
export interface CardChange {
  readonly method: "PATCH" | "PUT";
  /** The rest of the path, behind the card's id. */
  readonly path: string;
  readonly data: JsonObject;
}

/** Switches streaming on, for ten minutes from then. */
export function openStreaming(typing: Typing): CardChange {
  return settings(streaming(typing));
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
export function typedCard(content: string, typing: Typing): string {
  const card = object(parseJson(content));
  return JSON.stringify({ ...card, config: { ...object(card.config), ...streaming(typing) } });
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

function streaming(typing: Typing): JsonObject {
  return { streaming_mode: true, streaming_config: typing };
}

function settings(config: JsonObject): CardChange {
  return { method: "PATCH", path: "/settings", data: { settings: JSON.stringify({ config }) } };
}

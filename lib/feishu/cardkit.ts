import { object, parseJson } from "../json.ts";
import type { FeishuClient } from "./client.ts";
import { returned } from "./http.ts";

/** How a growing text appears: about 160 characters a second, and at once what is behind. */
const TYPEWRITER = {
  streaming_mode: true,
  streaming_config: {
    print_frequency_ms: { default: 30 },
    print_step: { default: 5 },
    print_strategy: "fast",
  },
};

/**
 * Feishu's CardKit: cards whose text grows like typed. It needs the scopes `cardkit:card:read` and
 * `cardkit:card:write`. Each method makes one attempt and fails as those of `FeishuApi` do.
 *
 * Each change of a card carries a `sequence`, an int32 that is higher than any before on this card.
 */
export class CardKit {
  readonly #client: FeishuClient;

  constructor(client: FeishuClient) {
    this.#client = client;
  }

  /**
   * The id by which CardKit knows the card of a message that was sent in the usual way.
   *
   * Feishu would rather have cards created first and sent by their id. But a send that is repeated
   * under its `uuid` would then show another card than the one that was created for it, and such a
   * message cannot be patched when CardKit fails.
   */
  async cardOf(messageId: string, signal: AbortSignal): Promise<string> {
    const data = { message_id: messageId };
    const answer = await this.#client.call("POST", `${URL}/id_convert`, { data }, signal);
    return returned(answer, "card_id");
  }

  /** Switches streaming on, for ten minutes from now, or off. */
  async stream(
    cardId: string,
    on: boolean,
    sequence: number,
    signal: AbortSignal,
  ): Promise<void> {
    const settings = JSON.stringify({ config: { streaming_mode: on } });
    await this.#change("PATCH", `${cardId}/settings`, { settings, sequence }, signal);
  }

  /** Replaces the whole card; possible whether or not it is streaming. */
  async replace(
    cardId: string,
    content: string,
    streaming: boolean,
    sequence: number,
    signal: AbortSignal,
  ): Promise<void> {
    const card = object(parseJson(content));
    const config = { ...object(card["config"]), ...(streaming ? TYPEWRITER : {}) };
    const data = JSON.stringify({ ...card, config });
    await this.#change("PUT", cardId, { card: { type: "card_json", data }, sequence }, signal);
  }

  /** Gives one element, which must not become empty, its new text; possible only while streaming. */
  async write(
    cardId: string,
    elementId: string,
    content: string,
    sequence: number,
    signal: AbortSignal,
  ): Promise<void> {
    const path = `${cardId}/elements/${elementId}/content`;
    await this.#change("PUT", path, { content, sequence }, signal);
  }

  async #change(
    method: string,
    path: string,
    data: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<void> {
    // Feishu allows 10 changes of a card per second; as many as patches of a message are enough.
    const target = path.split("/", 1).join();
    await this.#client.call(method, `${URL}/${path}`, { data, target }, signal);
  }
}

const URL = "cardkit/v1/cards";

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

import { type JsonObject, object, string } from "../../base/json.ts";
import type { TwinClock } from "./clock.ts";
import { feishuId } from "./feishu_id.ts";
import { cardRefusal } from "./refusal.ts";
import type { TwinMessage } from "./twin_message.ts";

/** Streaming ends this long after it was switched on, even while content is written (ms). */
const STREAMING_MS = 10 * 60_000;
/** A card entity can be changed for 14 days (ms). */
const LIFETIME_MS = 14 * 24 * 3_600_000;

/** A card that can be streamed to. One message shows it, or it has not been sent yet. */
export interface CardEntity {
  readonly id: string;
  /** Twin time, milliseconds since the epoch. */
  readonly createdAt: number;
  /** What it was made of, or changed to while no message showed it. */
  draft: JsonObject;
  message?: TwinMessage;
  /** The last sequence number that any call used. */
  sequence: number;
  /** The `uuid`s of its changes. */
  readonly uuids: Set<string>;
  /**
   * When streaming was last switched on (twin time), or `timed out` once one write was refused because
   * the time was over.
   */
  streaming: number | "timed out" | undefined;
}

/** The card entities of CardKit (Feishu docs: cardkit-v1). */
export class CardEntities {
  readonly #clock: TwinClock;
  /** By the card's own id, and by the id of the message that shows it. */
  readonly #cards = new Map<string, CardEntity>();

  constructor(clock: TwinClock) {
    this.#clock = clock;
  }

  /** Makes an entity of a card. No message shows it yet. */
  add(card: JsonObject): CardEntity {
    const now = this.#clock.now();
    const entity: CardEntity = {
      id: feishuId("").slice(0, 19),
      createdAt: now,
      draft: card,
      sequence: 0,
      uuids: new Set(),
      streaming: object(card.config).streaming_mode === true ? now : undefined,
    };
    this.#cards.set(entity.id, entity);
    return entity;
  }

  /** All entities that a message shows. */
  shown(): (CardEntity & { readonly message: TwinMessage })[] {
    return [...new Set(this.#cards.values())].flatMap(({ message, ...entity }) =>
      message === undefined ? [] : [{ ...entity, message }]
    );
  }

  /** Adds an entity of an earlier twin. It does not stream any more. */
  restore(entity: Pick<CardEntity, "id" | "createdAt" | "sequence">, message: TwinMessage): void {
    const { id, createdAt, sequence } = entity;
    const fresh = { draft: {}, uuids: new Set<string>(), streaming: undefined };
    this.bind({ id, createdAt, sequence, ...fresh }, message);
  }

  /** Records which message shows a card. */
  bind(entity: CardEntity, message: TwinMessage): void {
    entity.message = message;
    this.#cards.set(entity.id, entity);
    this.#cards.set(message.id, entity);
  }

  /** The entity with this id. */
  get(id: string): CardEntity | undefined {
    const entity = this.#cards.get(id);
    return entity?.id === id ? entity : undefined;
  }

  /** The card of an entity: what its message shows, however it came there. */
  cardOf({ draft, message }: CardEntity): JsonObject {
    return message === undefined ? draft : object(message.content);
  }

  /** The entity that a message shows. */
  shownBy(messageId: string): CardEntity | undefined {
    const entity = this.#cards.get(messageId);
    return entity?.message?.id === messageId ? entity : undefined;
  }

  /**
   * The entity that a message's content `{type: "card", data: {card_id}}` is about to send. An entity can
   * be sent only once (Feishu docs: card create).
   *
   * @throws {Refusal} 11310 when there is none or it was sent before (the code and words are seen in practice).
   */
  toSend(content: JsonObject): CardEntity {
    const entity = this.get(string(object(content.data).card_id) ?? "");
    if (entity === undefined || entity.message !== undefined || this.isExpired(entity)) {
      throw cardRefusal(11310, "cardid is invalid");
    }
    return entity;
  }

  /** Whether streaming is on at this moment. */
  isStreaming({ streaming }: CardEntity): boolean {
    return typeof streaming === "number" && this.#clock.now() - streaming < STREAMING_MS;
  }

  /** Whether the entity is too old to be changed. */
  isExpired({ createdAt }: CardEntity): boolean {
    return this.#clock.now() - createdAt > LIFETIME_MS;
  }
}

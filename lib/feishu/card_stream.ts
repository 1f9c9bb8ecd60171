import { ApiError } from "../base/errors.ts";
import {
  type CardChange,
  type CardLayers,
  cardLayers,
  replaceCard,
  switchStreaming,
  writeElement,
} from "./rest/cardkit.ts";
import { meaningOf } from "./rest/codes.ts";

/** The calls of CardKit. */
export interface CardKit {
  /** The id by which CardKit knows the card of a message. */
  cardOf(messageId: string, signal: AbortSignal): Promise<string>;
  /** Changes a card; `sequence` is higher than any before on it. */
  changeCard(
    cardId: string,
    change: CardChange,
    sequence: number,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Feishu switches streaming off ten minutes after it was switched on; it is renewed before. */
const RENEW_MS = 8 * 60_000;
/** Sequences follow the clock: one for each so many milliseconds. */
const SEQUENCE_MS = 50;
/** How long Feishu keeps a card, in milliseconds. */
const CARD_LIFE_MS = 14 * 24 * 3_600_000;

/** One card that grows by CardKit. Its methods fail like those of `FeishuApi`. */
export class CardStream {
  readonly messageId: string;
  /** Refusals in a row. */
  refusals = 0;
  readonly #cardkit: CardKit;
  #cardId: string | undefined;
  #sequence = 0;
  /** When streaming was last switched on, in milliseconds since 1970. */
  #openedAt = 0;
  /** What the card shows, as far as that is known. */
  #shown: CardLayers | undefined;

  constructor(messageId: string, cardkit: CardKit) {
    this.messageId = messageId;
    this.#cardkit = cardkit;
  }

  /** Whether CardKit knows the card, so that it may be streaming. */
  get isOpen(): boolean {
    return this.#cardId !== undefined;
  }

  /**
   * Makes the card show `content`, by typing where only one text has grown.
   *
   * @param growing Whether more follows; if not, streaming ends.
   */
  async show(content: string, growing: boolean, signal: AbortSignal): Promise<void> {
    this.#cardId ??= await this.#cardkit.cardOf(this.messageId, signal);
    const before = this.#shown;
    const after = cardLayers(content);
    // Unknown until the change has taken effect.
    this.#shown = undefined;
    const isSameFrame = before?.frame === after.frame;
    const changed = [...after.texts].filter(([id, text]) => text !== before?.texts.get(id));
    const [[element, text] = ["", ""], ...others] = changed;
    if (growing && isSameFrame && others.length === 0 && text.trim() !== "") {
      if (Date.now() - this.#openedAt > RENEW_MS) await this.#switch(true, signal);
      await this.#change(writeElement(element, text), signal);
    } else if (!growing || !isSameFrame || changed.length > 0) {
      await this.#change(replaceCard(content, growing), signal);
    }
    this.#shown = after;
    if (!growing) await this.close(signal);
  }

  /** Ends streaming. A card that refuses that is not streaming any more. */
  async close(signal: AbortSignal): Promise<void> {
    await this.#switch(false, signal).catch((error) => {
      if (!(error instanceof ApiError) || error.retryable) throw error;
    });
  }

  /** Makes a change, and makes it once more after a refusal whose cause can be removed. */
  async #change(change: CardChange, signal: AbortSignal): Promise<void> {
    try {
      await this.#send(change, signal);
    } catch (error) {
      switch (meaningOf(error)?.reaction) {
        case "reopen":
          await this.#switch(true, signal);
          break;
        case "renumber":
          // The clock was set back since an earlier run.
          this.#sequence += CARD_LIFE_MS / SEQUENCE_MS;
          break;
        default:
          throw error;
      }
      await this.#send(change, signal);
    }
  }

  async #switch(on: boolean, signal: AbortSignal): Promise<void> {
    await this.#send(switchStreaming(on), signal);
    this.#openedAt = on ? Date.now() : 0;
  }

  async #send(change: CardChange, signal: AbortSignal): Promise<void> {
    await this.#cardkit.changeCard(this.#cardId ?? "", change, this.#nextSequence(), signal);
  }

  /**
   * A number above all that this card had, also in earlier runs: it follows the clock. As it must fit into
   * an int32 it starts over every few years; a card of that day is patched.
   */
  #nextSequence(): number {
    const now = Math.floor(Date.now() / SEQUENCE_MS) % 2 ** 31;
    this.#sequence = Math.max(this.#sequence, now) + 1;
    return this.#sequence;
  }
}

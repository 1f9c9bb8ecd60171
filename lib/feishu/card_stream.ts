import { ApiError } from "../base/errors.ts";
import type { CardEntity } from "../model/slot.ts";
import { isBlank } from "./draw/plain_text.ts";
import {
  type CardChange,
  type CardLayers,
  cardLayers,
  closeStreaming,
  openStreaming,
  replaceCard,
  type ShownCard,
  typedCard,
  writeElement,
} from "./rest/cardkit.ts";
import { meaningOf } from "./rest/codes.ts";

/** The calls of CardKit. They fail like those of `FeishuApi`. */
export interface CardKit {
  /** Makes a card of a card's JSON, and returns its id. Nobody sees it before it is sent. */
  createCard(content: string, signal: AbortSignal): Promise<string>;
  /** Changes a card; `sequence` is higher than any before on it. */
  changeCard(
    card: ShownCard,
    change: CardChange,
    sequence: number,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Feishu switches streaming off ten minutes after it was switched on; it is renewed before. */
const RENEW_MS = 8 * 60_000;
/** Sequences follow the clock: one for each so many milliseconds. A card takes ten changes a second. */
const SEQUENCE_MS = 50;
/** How long Feishu keeps a card, in milliseconds. */
const CARD_LIFE_MS = 14 * 24 * 3_600_000;
/** How often a sequence that is too low is raised by what a card needs in its life. */
const MAX_JUMPS = 8;

/** A card of CardKit that shows a growing message. Its methods fail like those of `FeishuApi`. */
export class CardStream {
  readonly card: CardEntity;
  /** The message that shows it, as soon as that is known. */
  messageId: string | undefined;
  readonly #cardkit: CardKit;
  /** The last sequence; one client saw 1 refused right after the card was made. */
  #sequence = 1;
  /** When streaming was last switched on, in milliseconds since 1970; 0 if that is not known. */
  #openedAt = 0;
  /** Streaming was switched off by us, and not on again. */
  #isClosed = false;
  /** What the card shows, as far as that is known. */
  #shown: CardLayers | undefined;

  constructor(card: CardEntity, cardkit: CardKit) {
    this.card = card;
    this.#cardkit = cardkit;
  }

  /** Makes a card that is going to grow. */
  static async make(cardkit: CardKit, content: string, signal: AbortSignal): Promise<CardStream> {
    const madeAt = Date.now();
    const id = await cardkit.createCard(typedCard(content), signal);
    const stream = new CardStream({ id, madeAt }, cardkit);
    stream.#openedAt = madeAt;
    stream.#shown = cardLayers(content);
    return stream;
  }

  /** Forgets what the card shows: the next content is shown as a whole. */
  forget(): void {
    this.#shown = undefined;
    this.#isClosed = false;
  }

  /** Makes the card show `content`, by typing where only one text has grown. More follows. */
  async show(content: string, signal: AbortSignal): Promise<void> {
    const before = this.#shown;
    const after = cardLayers(content);
    // Unknown until the change has taken effect.
    this.#shown = undefined;
    this.#isClosed = false;
    const changed = [...after.texts].filter(([id, text]) => text !== before?.texts.get(id));
    const isSame = before?.frame === after.frame;
    if (!isSame || changed.length > 0) {
      const [[element, text] = ["", ""], ...others] = changed;
      const grows = isSame && others.length === 0 && !isBlank(text);
      if (!grows || !await this.#type(element, text, signal)) {
        await this.#change(replaceCard(typedCard(content)), signal);
      }
    }
    this.#shown = after;
  }

  /** Makes the card show `content`, and ends its streaming unless an attempt before has done that. */
  async end(content: string, signal: AbortSignal): Promise<void> {
    this.#shown = undefined;
    if (!this.#isClosed) {
      await this.#change(closeStreaming(content), signal).catch((error) => {
        // It is not streaming any more, or the next call fails too.
        if (!(error instanceof ApiError) || error.retryable) throw error;
      });
    }
    this.#isClosed = true;
    this.#openedAt = 0;
    await this.#change(replaceCard(content), signal);
  }

  /** Types the new text of an element; returns whether Feishu takes it. */
  async #type(element: string, text: string, signal: AbortSignal): Promise<boolean> {
    try {
      if (Date.now() - this.#openedAt > RENEW_MS) await this.#open(signal);
      await this.#change(writeElement(element, text), signal);
      return true;
    } catch (error) {
      // The whole card may be taken.
      const reaction = meaningOf(error)?.reaction ?? "wait";
      if (["degrade", "reopen", "rewrite"].includes(reaction)) return false;
      throw error;
    }
  }

  async #open(signal: AbortSignal): Promise<void> {
    await this.#send(openStreaming(), signal);
    this.#openedAt = Date.now();
  }

  /** Makes a change, and makes it once more if it needed the card to be streaming. */
  async #change(change: CardChange, signal: AbortSignal): Promise<void> {
    try {
      await this.#send(change, signal);
    } catch (error) {
      if (meaningOf(error)?.reaction !== "reopen") throw error;
      await this.#open(signal);
      await this.#send(change, signal);
    }
  }

  async #send(change: CardChange, signal: AbortSignal): Promise<void> {
    for (let jumps = 0;; jumps++) {
      try {
        const sequence = this.#nextSequence();
        const card = { id: this.card.id, messageId: this.messageId };
        return await this.#cardkit.changeCard(card, change, sequence, signal);
      } catch (error) {
        if (meaningOf(error)?.reaction !== "renumber" || jumps === MAX_JUMPS) throw error;
        // The clock was set back since an earlier run, which may have jumped, too.
        this.#sequence += CARD_LIFE_MS / SEQUENCE_MS;
      }
    }
  }

  /**
   * A number above all that this card had, even in earlier runs, which need not store theirs: it follows the
   * clock since the card was made. It stays an int32 as long as Feishu keeps the card.
   */
  #nextSequence(): number {
    const now = Math.floor((Date.now() - this.card.madeAt) / SEQUENCE_MS);
    this.#sequence = Math.max(this.#sequence, now) + 1;
    return this.#sequence;
  }
}

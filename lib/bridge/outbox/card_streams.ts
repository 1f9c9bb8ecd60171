import { ApiError, describe } from "../../base/errors.ts";
import type { FeishuApi } from "../../feishu/rest/api.ts";
import {
  type CardChange,
  type CardParts,
  cardParts,
  replaceCard,
  switchStreaming,
  writeElement,
} from "../../feishu/rest/cardkit.ts";
import type { Log } from "../../base/log.ts";

/** What {@linkcode CardStreams} needs. */
export interface CardStreamsOptions {
  readonly cardkit: Pick<FeishuApi, "cardOf" | "changeCard">;
  /** `auto` gives up for the rest of the run once Feishu says that the app lacks the scope. */
  readonly mode: "cardkit" | "auto";
  readonly log: Log;
}

/** A card that grows. */
interface Stream {
  cardId?: string;
  sequence: number;
  /** When streaming was last switched on, in milliseconds since 1970. */
  openedAt: number;
  /** What it shows, as far as that is known. */
  shown?: CardParts | undefined;
  /** Refused changes in a row. */
  refusals: number;
}

/** Feishu switches streaming off ten minutes after it was switched on, so that is done anew before. */
const RENEW_MS = 8 * 60_000;
/** Streaming has been switched off meanwhile, or never was on. */
const CLOSED: readonly unknown[] = [200850, 300309];
/** The sequence is not higher than the last one. */
const SEQUENCE = 300317;
/** The app lacks the scopes, or whoever answers does not know CardKit at all. */
const NOT_HERE: readonly unknown[] = [99991672, 99991679, 404];
/** After so many refusals in a row a card is left to patches. */
const MOST_REFUSALS = 3;

/** Milliseconds in which a sequence that follows the clock rises by one. */
const TICK_MS = 50;
/** How long Feishu keeps a card, in milliseconds. */
const LIFE_MS = 14 * 24 * 3_600_000;
/** Milliseconds between two changes of one card. */
const THROTTLE_MS = 250;
/** For each open card as many milliseconds: Feishu takes 1000 changes a minute in all. */
const SHARE_MS = 60;

/** Lets cards grow by CardKit, where Feishu allows that; otherwise they are left to patches. */
export class CardStreams {
  readonly #options: CardStreamsOptions;
  readonly #streams = new Map<string, Stream>();
  #off = false;

  constructor(options: CardStreamsOptions) {
    this.#options = options;
  }

  /** Milliseconds between two changes of a message's card; `patchMs` when it is patched. */
  throttleMs(messageId: string | undefined, patchMs: number): number {
    const stream = this.#streams.get(messageId ?? "");
    if (this.#off || stream === undefined || stream.refusals > 0) return patchMs;
    return Math.min(patchMs, Math.max(THROTTLE_MS, this.#streams.size * SHARE_MS));
  }

  /**
   * One attempt to make a message's card show `content`.
   *
   * @param growing Whether there is more to come; if not, streaming ends.
   * @returns Whether it does; if not, the message has to be patched.
   * @throws What may pass: network errors, and refusals that can be tried again.
   */
  async show(
    messageId: string,
    content: string,
    growing: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.#off) return false;
    const stream = this.#streams.get(messageId) ?? { sequence: 0, openedAt: 0, refusals: 0 };
    if (growing) this.#streams.set(messageId, stream);
    else this.#streams.delete(messageId);
    if (stream.refusals >= MOST_REFUSALS) return false;
    try {
      stream.cardId ??= await this.#options.cardkit.cardOf(messageId, signal);
      await this.#change(stream, content, growing, signal);
      stream.refusals = 0;
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // As long as nothing streams, whatever stands in the way here may let patches pass.
      if (error.retryable && stream.cardId !== undefined) throw error;
      await this.#refused(stream, error, signal);
      return false;
    }
  }

  async #change(
    stream: Stream,
    content: string,
    growing: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { shown } = stream;
    const parts = cardParts(content);
    // Unknown again until the change has taken effect.
    stream.shown = undefined;
    const changed = [...parts.texts].filter(([id, text]) => text !== shown?.texts.get(id));
    const [[element, text] = ["", ""], ...more] = changed;
    if (growing && shown?.rest === parts.rest && more.length === 0 && text.trim() !== "") {
      if (Date.now() - stream.openedAt > RENEW_MS) await this.#open(stream, true, signal);
      await this.#numbered(stream, writeElement(element, text), signal);
    } else if (!growing || shown?.rest !== parts.rest || changed.length > 0) {
      await this.#numbered(stream, replaceCard(content, growing), signal);
    }
    stream.shown = parts;
    if (!growing) await this.#close(stream, signal);
  }

  /** Makes a change with the next number, and once more after a refusal that can be put right. */
  async #numbered(stream: Stream, change: CardChange, signal: AbortSignal): Promise<void> {
    try {
      await this.#send(stream, change, signal);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : undefined;
      if (CLOSED.includes(code)) await this.#open(stream, true, signal);
      // The clock was set back since an earlier run.
      else if (code === SEQUENCE) stream.sequence += LIFE_MS / TICK_MS;
      else throw error;
      await this.#send(stream, change, signal);
    }
  }

  async #open(stream: Stream, on: boolean, signal: AbortSignal): Promise<void> {
    await this.#send(stream, switchStreaming(on), signal);
    stream.openedAt = on ? Date.now() : 0;
  }

  async #send(stream: Stream, change: CardChange, signal: AbortSignal): Promise<void> {
    const { cardkit } = this.#options;
    await cardkit.changeCard(stream.cardId ?? "", change, next(stream), signal);
  }

  /** Ends streaming. A card that says no does not stream any more. */
  async #close(stream: Stream, signal: AbortSignal): Promise<void> {
    await this.#open(stream, false, signal).catch((error) => {
      if (!(error instanceof ApiError) || error.retryable) throw error;
    });
  }

  /** Leaves a card to patches, for this time at least; they need streaming to be off. */
  async #refused(stream: Stream, error: ApiError, signal: AbortSignal): Promise<void> {
    const { mode, log } = this.#options;
    if (NOT_HERE.includes(error.code)) {
      stream.refusals = MOST_REFUSALS;
      if (mode === "cardkit") return log.warn(`BRIDGE_STREAM=cardkit: ${describe(error)}`);
      if (!this.#off) log.info("no CardKit for this app: cards are patched instead");
      this.#off = true;
      return;
    }
    stream.refusals++;
    log.debug(`a card is patched instead of streamed: ${describe(error)}`);
    if (stream.cardId !== undefined) await this.#close(stream, signal);
  }
}

/**
 * A number that is higher than all that this card had, also in earlier runs: it follows the clock.
 * It begins anew every few years, as it must fit into an int32; a card of that day is patched.
 */
function next(stream: Stream): number {
  const now = Math.floor(Date.now() / TICK_MS) % 2 ** 31;
  stream.sequence = Math.max(stream.sequence, now) + 1;
  return stream.sequence;
}

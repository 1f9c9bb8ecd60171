import { ApiError, describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { type CardKit, CardStream } from "./card_stream.ts";
import { meaningOf } from "./rest/codes.ts";

/** What {@linkcode CardStreams} needs. */
export interface CardStreamsOptions {
  readonly cardkit: CardKit;
  /** `auto` gives up for the rest of the run once Feishu says that the app lacks the scope. */
  readonly mode: "cardkit" | "auto";
  readonly log: Log;
}

/** After this many refusals in a row a card is only patched. */
const MAX_REFUSALS = 3;
/** Least milliseconds between two changes of one card. */
const THROTTLE_MS = 250;
/** The same, for each card that grows: Feishu takes 1000 changes a minute in all. */
const SHARE_MS = 60;

/** Lets cards grow by CardKit where Feishu allows that. Cards that it refuses have to be patched. */
export class CardStreams {
  readonly #options: CardStreamsOptions;
  readonly #growing = new Set<CardStream>();
  #isOff = false;

  constructor(options: CardStreamsOptions) {
    this.#options = options;
  }

  /** A stream for the card of a message. No request is made yet. */
  stream(messageId: string): CardStream {
    return new CardStream(messageId, this.#options.cardkit);
  }

  /** Forgets a stream whose card does not grow any more, or was replaced. */
  forget(stream: CardStream | undefined): void {
    if (stream !== undefined) this.#growing.delete(stream);
  }

  /** Least milliseconds between two changes of a card; `patchMs` when it is patched. */
  throttleMs(stream: CardStream | undefined, patchMs: number): number {
    if (this.#isOff || stream === undefined || stream.refusals > 0) return patchMs;
    return Math.min(patchMs, Math.max(THROTTLE_MS, this.#growing.size * SHARE_MS));
  }

  /**
   * One attempt to make a card show `content`.
   *
   * @param growing Whether more follows; if not, streaming ends.
   * @returns Whether the card shows it; if not, its message has to be patched.
   * @throws Network errors, and refusals that can be tried again.
   */
  async show(
    stream: CardStream,
    content: string,
    growing: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (growing && !this.#isOff) this.#growing.add(stream);
    else this.#growing.delete(stream);
    if (this.#isOff || stream.refusals >= MAX_REFUSALS) return false;
    try {
      await stream.show(content, growing, signal);
      stream.refusals = 0;
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // As long as the card does not stream, a patch may pass where CardKit fails.
      if (error.retryable && stream.isOpen) throw error;
      await this.#refused(stream, error, signal);
      return false;
    }
  }

  /** Leaves a card to patches, this time at least. They need streaming to be off. */
  async #refused(stream: CardStream, error: ApiError, signal: AbortSignal): Promise<void> {
    const { mode, log } = this.#options;
    if (meaningOf(error)?.reaction === "unavailable") {
      stream.refusals = MAX_REFUSALS;
      if (mode === "cardkit") return log.warn(`BRIDGE_STREAM=cardkit: ${describe(error)}`);
      if (!this.#isOff) log.info("no CardKit for this app: cards are patched instead");
      this.#isOff = true;
      return;
    }
    stream.refusals++;
    log.debug(`a card is patched instead of streamed: ${describe(error)}`);
    if (stream.isOpen) await stream.close(signal);
  }
}

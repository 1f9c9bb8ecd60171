import { ApiError, describe, isRetryable, retryAfter } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { RecentMap } from "../base/recent_map.ts";
import type { CardEntity } from "../model/slot.ts";
import { type CardKit, CardStream } from "./card_stream.ts";
import { isUnavailable } from "./rest/codes.ts";

/** What {@linkcode CardStreams} needs. */
export interface CardStreamsOptions {
  readonly cardkit: CardKit;
  /**
   * - `patch`: no card is made;
   * - `cardkit`: one for each growing message;
   * - `auto`: the same, but none for the rest of the run once Feishu says that the app lacks the scope.
   */
  readonly mode: "patch" | "cardkit" | "auto";
  readonly log: Log;
}

/** How long a message waits for its card, in milliseconds. */
const MAKE_MS = 5_000;
/** How long at most no card is made after one that was not made, in milliseconds. */
const REST_MS = 60_000;
/** Cards that are kept while their end does not get through; more is done again for older ones. */
const MAX_ENDING = 100;
/** Least milliseconds between two changes of one card, as long as the throttle is not longer than by default. */
const STREAM_THROTTLE_MS = 250;
/** The throttle of live edits by default, in milliseconds. */
const THROTTLE_MS = 1_500;

/**
 * Least milliseconds between two changes of a card that is typed, where calls do not matter. A throttle that the
 * user has made longer counts for it too.
 */
export function streamThrottleMs(throttleMs: number): number {
  return throttleMs > THROTTLE_MS ? throttleMs : Math.min(throttleMs, STREAM_THROTTLE_MS);
}

/** Lets messages grow by CardKit where Feishu allows that. The others are ordinary cards, and patched. */
export class CardStreams {
  readonly #options: CardStreamsOptions;
  #isOff: boolean;
  /** No card is made before this time, by `performance.now()`. */
  #notBefore = 0;
  /** Cards whose end did not get through yet, by their ids. */
  readonly #ending = new RecentMap<string, CardStream>(MAX_ENDING);

  constructor(options: CardStreamsOptions) {
    this.#options = options;
    this.#isOff = options.mode === "patch";
  }

  /**
   * Makes a card that shows `content` and is going to grow.
   *
   * @returns `undefined` if the message has to be an ordinary card. A message is not delayed by that.
   */
  async make(content: string, signal: AbortSignal): Promise<CardStream | undefined> {
    if (this.#isOff || performance.now() < this.#notBefore) return undefined;
    const tooLate = AbortSignal.timeout(MAKE_MS);
    try {
      const either = AbortSignal.any([signal, tooLate]);
      return await CardStream.make(this.#options.cardkit, content, either);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiError) && !isRetryable(error) && !tooLate.aborted) throw error;
      this.#rest(tooLate.aborted ? REST_MS : Math.min(retryAfter(error) ?? 0, REST_MS));
      this.#noteRefusal(error);
      this.#options.log.debug(`no card is made, the message is patched: ${describe(error)}`);
      return undefined;
    }
  }

  /** The stream of a card that was made before. No request is made yet. */
  stream(card: CardEntity): CardStream {
    return this.#ending.get(card.id) ?? new CardStream(card, this.#options.cardkit);
  }

  /** Makes a card show `content`; see {@linkcode CardStream.show}. */
  async show(stream: CardStream, content: string, signal: AbortSignal): Promise<void> {
    await stream.show(content, signal).catch((error) => this.#refused(error));
  }

  /** Makes a card show its last `content`; see {@linkcode CardStream.end}. */
  async end(stream: CardStream, content: string, signal: AbortSignal): Promise<void> {
    const { id } = stream.card;
    this.#ending.set(id, stream);
    await stream.end(content, signal).catch((error) => this.#refused(error));
    this.#ending.delete(id);
  }

  #refused(error: unknown): never {
    this.#noteRefusal(error);
    throw error;
  }

  #rest(ms: number): void {
    this.#notBefore = performance.now() + ms;
  }

  /** Learns whether this app has no CardKit. */
  #noteRefusal(error: unknown): void {
    const { mode, log } = this.#options;
    if (!isUnavailable(error) || this.#isOff) return;
    // A firewall says this of calls that it never lets through, and while somebody has to sign in to it.
    if (error instanceof ApiError && error.code === 403) return this.#rest(REST_MS);
    if (mode === "cardkit") return log.warn(`BRIDGE_STREAM=cardkit: ${describe(error)}`);
    log.info("no CardKit for this app: cards are patched instead");
    this.#isOff = true;
  }
}

import { ApiError, describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { ChatOffers, Offered, OfferedCommand } from "../model/offers.ts";
import type { Place, Target } from "../model/place.ts";
import type { Slot } from "../model/slot.ts";
import type { FeishuApi } from "./rest/api.ts";
import { updateSlashPanel } from "./rest/slash_panel.ts";

/** What {@linkcode Offers} need. */
export interface OffersOptions {
  readonly api: FeishuApi;
  readonly log: Log;
  /** The newest message of the bot in a place that is known. */
  readonly newest: (target: Target) => string | undefined;
  /** Whether calls are to be saved: then nothing is suggested. */
  readonly isThrifty: () => boolean;
}

/** How long an offer that the app may not make is left alone, in milliseconds. */
const OFF_MS = 3_600_000;
/** Feishu's codes from this one on come from its gateway: they concern the app and not one message. */
const GATEWAY_CODES = 99_990_000;
/** Until how long after a message Feishu takes follow-ups, in milliseconds, less a margin (its page of them). */
const FOLLOW_UP_MS = 590_000;
/** How long one offer may take, in milliseconds. */
const OFFER_MS = 15_000;

/**
 * What Feishu offers besides messages. What the app lacks the scope for costs one refused call an hour, which
 * Feishu does not count.
 */
export class Offers implements ChatOffers {
  readonly #options: OffersOptions;
  /** The name of an offer → until when it is not made, in milliseconds since 1970. */
  readonly #offUntil = new Map<string, number>();

  constructor(options: OffersOptions) {
    this.#options = options;
  }

  async showCommands(commands: readonly OfferedCommand[], signal: AbortSignal): Promise<Offered> {
    const { api } = this.#options;
    return await this.#offer(
      "fill the slash panel",
      signal,
      (signal) => updateSlashPanel(api, commands, signal),
    );
  }

  async suggest(
    { messageId = "", createdAt, target }: Slot,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<Offered> {
    const { api, newest, isThrifty } = this.#options;
    if (isThrifty()) return "refused";
    const age = api.clock.theirs(Date.now()) - (createdAt ?? 0);
    if (messageId !== newest(target) || age > FOLLOW_UP_MS) return "refused";
    return await this.#offer("suggest follow-ups", signal, async (signal) => {
      const data = { follow_ups: texts.map((content) => ({ content })) };
      const path = `im/v1/messages/${encodeURIComponent(messageId)}/push_follow_up`;
      await api.call("POST", path, { data }, signal);
    });
  }

  async divide(
    chatId: string,
    text: string,
    uuid: string,
    signal: AbortSignal,
  ): Promise<Offered> {
    const { api } = this.#options;
    const content = JSON.stringify({ type: "divider", params: { divider_text: { text } } });
    return await this.#offer("draw a divider", signal, async (signal) => {
      await api.send({ chatId }, { type: "system", content }, uuid, signal);
    });
  }

  async buzz(
    { messageId = "" }: Slot,
    openIds: readonly string[],
    signal: AbortSignal,
  ): Promise<Offered> {
    const { api } = this.#options;
    const path = `im/v1/messages/${encodeURIComponent(messageId)}/urgent_app?user_id_type=open_id`;
    return await this.#offer("buzz", signal, async (signal) => {
      await api.call("PATCH", path, { data: { user_id_list: openIds } }, signal);
    });
  }

  async setOnTop(
    { chatId, chatType }: Pick<Place, "chatId" | "chatType">,
    openId: string,
    isOnTop: boolean,
    signal: AbortSignal,
  ): Promise<Offered> {
    const { api } = this.#options;
    // The direct chat has a path of its own, in Feishu's spelling.
    const card = chatType === "p2p" ? "bot_time_sentive" : encodeURIComponent(chatId);
    const path = `im/v2/feed_cards/${card}?user_id_type=open_id`;
    const data = { time_sensitive: isOnTop, user_ids: [openId] };
    return await this.#offer("put a chat on top", signal, async (signal) => {
      await api.call("PATCH", path, { data }, signal);
    });
  }

  async #offer(
    what: string,
    signal: AbortSignal,
    attempt: (signal: AbortSignal) => Promise<void>,
  ): Promise<Offered> {
    if (Date.now() < (this.#offUntil.get(what) ?? 0)) return "refused";
    try {
      await attempt(AbortSignal.any([signal, AbortSignal.timeout(OFFER_MS)]));
      return "done";
    } catch (error) {
      this.#options.log.debug(`cannot ${what}: ${describe(error)}`);
      if (!(error instanceof ApiError)) return "unclear";
      const { code, retryable } = error;
      const isMissing = code === 404;
      const isOff = isMissing || (Number(code) >= GATEWAY_CODES && !retryable);
      if (isOff) this.#offUntil.set(what, Date.now() + OFF_MS);
      return retryable && !isMissing ? "unclear" : "refused";
    }
  }
}

import type { Place } from "./place.ts";
import type { Language } from "./settings.ts";
import type { Slot } from "./slot.ts";

/**
 * What became of an offer: the chat has taken it, it does not take it (now, or from this app), or no response
 * tells.
 */
export type Offered = "done" | "refused" | "unclear";

/** A command as the chat's own command list shows it. */
export interface OfferedCommand {
  /** How it is typed, without the slash. */
  readonly name: string;
  readonly descriptions: Readonly<Record<Language, string>>;
}

/**
 * What a chat platform may offer besides messages. Nothing depends on any of it: where the platform or the
 * app does not have it, the method does nothing. Each makes one attempt, and none rejects.
 */
export interface ChatOffers {
  /** Shows these commands in the chat's own command list. Commands of others in it stay as they are. */
  showCommands(commands: readonly OfferedCommand[], signal: AbortSignal): Promise<Offered>;

  /**
   * Suggests up to three texts below a message. A person who taps one sends it. Refused unless the message is
   * the newest in a direct chat, and some minutes old at most.
   */
  suggest(slot: Slot, texts: readonly string[], signal: AbortSignal): Promise<Offered>;

  /**
   * Draws a line with a few words across a direct chat.
   *
   * @param uuid At most 50 characters. Lines with the same one are one line.
   */
  divide(chatId: string, text: string, uuid: string, signal: AbortSignal): Promise<Offered>;

  /** Makes people's phones ring, by `open_id`, for one of the bridge's messages. */
  buzz(slot: Slot, openIds: readonly string[], signal: AbortSignal): Promise<Offered>;

  /** Puts a chat on top of a person's list of chats, or takes it off. */
  setOnTop(
    place: Pick<Place, "chatId" | "chatType">,
    openId: string,
    isOnTop: boolean,
    signal: AbortSignal,
  ): Promise<Offered>;
}

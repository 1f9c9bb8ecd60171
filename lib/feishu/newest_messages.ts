import { RecentMap } from "../base/recent_map.ts";
import { conversationKey, type Target } from "../model/place.ts";

/**
 * Of how many places the newest message is remembered. Where it is not known, nothing is suggested below it, and a lost
 * message is looked for among more of the history.
 */
const MAX_PLACES = 10_000;

/** The newest message of ours in each of the chats and topics that we wrote to last. */
export class NewestMessages {
  /** By the key of the chat or topic. */
  readonly #ids = new RecentMap<string, string>(MAX_PLACES);

  /** The newest message in a place, if it is known. */
  of(target: Target): string | undefined {
    return this.#ids.get(conversationKey(target));
  }

  /** Notes a message that was created. */
  note(target: Target, messageId: string): void {
    this.#ids.set(conversationKey(target), messageId);
  }

  /** Learns those of an earlier run, by the key of their place. What was created since goes before. */
  learn(newest: ReadonlyMap<string, string>): void {
    for (const [place, id] of newest) {
      if (this.#ids.size >= MAX_PLACES) return;
      if (!this.#ids.has(place)) this.#ids.set(place, id);
    }
  }
}

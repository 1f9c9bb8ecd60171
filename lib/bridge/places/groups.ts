import { type IncomingMessage, isAddressed } from "../../model/message.ts";
import { conversationKey, type Place } from "../../model/place.ts";
import type { Preferences } from "../../model/preferences.ts";
import type { GroupMode } from "../../model/settings.ts";

/** What was set for each conversation. */
export interface GroupPreferences {
  /** What is set for a conversation, by its key. That of a group itself is the group's id. */
  of(key: string): Pick<Preferences, "group" | "context">;
}

/** What counts in each group, whether talk is context there, and in which topics the bot takes part. */
export class Groups {
  readonly #fallback: GroupMode;
  readonly #preferences: GroupPreferences;
  /** The keys of the topics in which the bot takes part. */
  readonly #topics = new Set<string>();

  /** @param fallback What the settings say. @param stored Where the bot takes part. */
  constructor(
    fallback: GroupMode,
    preferences: GroupPreferences,
    stored: readonly Pick<Place, "chatId" | "threadId">[],
  ) {
    this.#fallback = fallback;
    this.#preferences = preferences;
    for (const one of stored) this.join(one);
  }

  /** Notes that the bot takes part in a place from now on. */
  join(place: Pick<Place, "chatId" | "threadId">): void {
    if (place.threadId !== undefined) this.#topics.add(conversationKey(place));
  }

  /** What was chosen in a group; `undefined`: nothing. */
  chosen(chatId: string): GroupMode | undefined {
    return this.#preferences.of(chatId).group;
  }

  /** Whether a prompt brings what was said in its group before it. */
  hasContext(chatId: string): boolean {
    return this.#preferences.of(chatId).context !== "off";
  }

  /** What counts in a group. */
  modeOf(chatId: string): GroupMode {
    return this.chosen(chatId) ?? this.#fallback;
  }

  /**
   * Whether a message is for the bot. What mentions others in a topic is for them, and `@all` is for everyone
   * but the bot.
   */
  isForBot(message: IncomingMessage): boolean {
    const { chatId, threadId, addressee } = message;
    if (isAddressed(message)) return true;
    switch (this.modeOf(chatId)) {
      case "mention":
        return false;
      case "topic":
        return threadId !== undefined && addressee === undefined &&
          this.#topics.has(conversationKey(message));
      case "all":
        return addressee !== "everyone";
    }
  }
}

import type { ConversationRecord } from "../model/conversation.ts";
import { type IncomingMessage, isAddressed } from "../model/message.ts";
import { conversationKey, type Place } from "../model/place.ts";
import { GROUP_MODES, type GroupMode } from "../model/settings.ts";

/** A conversation as far as its group matters. */
type Member = Pick<ConversationRecord, "key" | "chatId" | "threadId" | "preferences">;

/** What counts in each group, whether talk is context there, and in which topics the bot takes part. */
export class Groups {
  readonly #fallback: GroupMode;
  /** What was chosen in the chat, by the group's id. */
  readonly #chosen = new Map<string, GroupMode>();
  /** The ids of the groups in which a prompt brings nothing of what was said before it. */
  readonly #withoutContext = new Set<string>();
  /** The keys of the topics in which the bot takes part. */
  readonly #topics = new Set<string>();

  /** @param fallback What the settings say. @param stored All conversations that are stored. */
  constructor(fallback: GroupMode, stored: readonly Member[]) {
    this.#fallback = fallback;
    for (const one of stored) {
      this.note(one);
      this.join(one);
    }
  }

  /** Notes what a group has chosen, whenever its record has changed. */
  note({ chatId, threadId, preferences }: Member): void {
    if (threadId !== undefined) return;
    // A newer version of the program may have stored what this one does not know.
    const chosen = GROUP_MODES.find((one) => one === preferences?.group);
    if (chosen === undefined) this.#chosen.delete(chatId);
    else this.#chosen.set(chatId, chosen);
    if (preferences?.context === "off") this.#withoutContext.add(chatId);
    else this.#withoutContext.delete(chatId);
  }

  /** Notes that the bot takes part in a place from now on. */
  join(place: Pick<Place, "chatId" | "threadId">): void {
    if (place.threadId !== undefined) this.#topics.add(conversationKey(place));
  }

  /** What was chosen in a group; `undefined`: nothing. */
  chosen(chatId: string): GroupMode | undefined {
    return this.#chosen.get(chatId);
  }

  /** Whether a prompt brings what was said in its group before it. */
  hasContext(chatId: string): boolean {
    return !this.#withoutContext.has(chatId);
  }

  /** What counts in a group. */
  modeOf(chatId: string): GroupMode {
    return this.#chosen.get(chatId) ?? this.#fallback;
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

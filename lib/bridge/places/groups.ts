import { RecentSet } from "../../base/recent_set.ts";
import { type IncomingMessage, isAddressed, isInChat } from "../../model/message.ts";
import { conversationKey, openedTopic, type Place, type Topic } from "../../model/place.ts";
import type { Preferences } from "../../model/preferences.ts";
import type { GroupMode, GroupReply } from "../../model/settings.ts";
import type { KnownPreferences } from "./preferences.ts";

/** What the settings say of groups. */
export interface GroupDefaults {
  readonly group: GroupMode;
  readonly groupReply: GroupReply;
}

/**
 * What counts in each group, whether talk is context there, where its requests are answered, and in which topics
 * the bot takes part.
 */
export class Groups {
  readonly #fallback: GroupDefaults;
  /** The key of a group itself is the id of its chat. */
  readonly #preferences: Pick<KnownPreferences, "of">;
  /** The keys of the topics in which the bot takes part. */
  readonly #topics = new Set<string>();
  /** The keys of the topics that requests are about to open. */
  readonly #opening = new RecentSet<string>();

  /** @param fallback What the settings say. @param stored Where the bot takes part. */
  constructor(
    fallback: GroupDefaults,
    preferences: Pick<KnownPreferences, "of">,
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

  /**
   * Whether a topic is called by its first message: the bot takes part in it under that name, or is about to open
   * it. Others have a name of the chat platform.
   */
  isOpened(topic: Pick<Topic, "chatId" | "threadId">): boolean {
    const key = conversationKey(topic);
    return this.#topics.has(key) || this.#opening.has(key);
  }

  /** Notes a message in a group that may open a topic, before it is handled. */
  expect(message: IncomingMessage): void {
    const opened = this.opens(message);
    if (opened) this.#opening.add(conversationKey(opened));
  }

  /** The topic that a message opens if it asks for something; `undefined` if it is answered where it is. */
  opens(message: IncomingMessage): Topic | undefined {
    const { chatId, chatType, threadId, messageId } = message;
    const isPlain = chatType === "group" && threadId === undefined && isInChat(messageId);
    return isPlain && this.replyOf(chatId) === "topic" ? openedTopic(chatId, messageId) : undefined;
  }

  /** What was chosen in a group. */
  chosen(chatId: string): Pick<Preferences, "group" | "reply"> {
    return this.#preferences.of(chatId);
  }

  /** Where requests in a group are answered. */
  replyOf(chatId: string): GroupReply {
    return this.chosen(chatId).reply ?? this.#fallback.groupReply;
  }

  /** Whether a prompt brings what was said in its group before it. */
  hasContext(chatId: string): boolean {
    return this.#preferences.of(chatId).context !== "off";
  }

  /** What counts in a group. */
  modeOf(chatId: string): GroupMode {
    return this.chosen(chatId).group ?? this.#fallback.group;
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

import { RecentSet } from "../../base/recent_set.ts";
import { KeyedSerial } from "../../base/waiting/keyed_serial.ts";
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

/** How many topics are remembered; whether the bot takes part in any other, the store is asked. */
const MAX_TOPICS = 2_000;

/**
 * What counts in each group, whether talk is context there, where its requests are answered, and in which topics
 * the bot takes part.
 */
export class Groups {
  readonly #fallback: GroupDefaults;
  /** The key of a group itself is the id of its chat. */
  readonly #preferences: Pick<KnownPreferences, "of">;
  readonly #isStored: (key: string) => Promise<boolean>;
  /** The keys of the topics in which the bot takes part and of which something was heard last. */
  readonly #topics = new RecentSet<string>(MAX_TOPICS);
  /** The keys of the topics that requests are about to open. */
  readonly #opening = new RecentSet<string>();
  /** Looks for the topics of a chat in order, so that their messages stay in theirs. */
  readonly #looks = new KeyedSerial();

  /** @param fallback What the settings say. @param isStored Whether the store has a conversation, by its key. */
  constructor(
    fallback: GroupDefaults,
    preferences: Pick<KnownPreferences, "of">,
    isStored: (key: string) => Promise<boolean>,
  ) {
    this.#fallback = fallback;
    this.#preferences = preferences;
    this.#isStored = isStored;
  }

  /** Notes that the bot takes part in a place from now on. */
  join(place: Pick<Place, "chatId" | "threadId">): void {
    if (place.threadId !== undefined) this.#topics.add(conversationKey(place));
  }

  /**
   * The first of some messages of a chat by which a topic is called: the bot takes part in it under that name, or is
   * about to open it. Other topics have a name of the chat platform.
   */
  async opened(chatId: string, messageIds: readonly string[]): Promise<string | undefined> {
    const keyOf = (threadId: string) => conversationKey({ chatId, threadId });
    const isKnown = (key: string) => this.#topics.has(key) || this.#opening.has(key);
    return await this.#looks.run(chatId, async () => {
      const known = messageIds.find((id) => isKnown(keyOf(id)));
      if (known !== undefined) return known;
      for (const id of messageIds) if (await this.#isStored(keyOf(id))) return id;
      return undefined;
    });
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
  async isForBot(message: IncomingMessage): Promise<boolean> {
    const { chatId, threadId, addressee } = message;
    switch (this.modeOf(chatId)) {
      case "mention":
        return isAddressed(message);
      case "topic": {
        // Also of one that is addressed, so that it overtakes none of its topic.
        const takesPart = threadId !== undefined && await this.#takesPart(message);
        return isAddressed(message) || (takesPart && addressee === undefined);
      }
      case "all":
        return isAddressed(message) || addressee !== "everyone";
    }
  }

  #takesPart(topic: Pick<Place, "chatId" | "threadId">): Promise<boolean> {
    const key = conversationKey(topic);
    return this.#looks.run(
      topic.chatId,
      async () => this.#topics.has(key) || await this.#isStored(key),
    );
  }
}

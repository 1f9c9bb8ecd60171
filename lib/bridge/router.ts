import { deadline, retry } from "@std/async";
import { describe, isRetryable } from "../base/errors.ts";
import type { EventHandler } from "../feishu/connection/connection.ts";
import {
  type ClickEvent,
  type Incoming,
  isSupported,
  parseClick,
  parseListedMessage,
  parseMessageEvent,
  parseRecall,
} from "../feishu/connection/events.ts";
import { Conversation } from "./conversation.ts";
import { conversationKey, judge, mayUse } from "./admission.ts";
import type { Parts } from "./parts.ts";

/** A stranger is answered once in this many milliseconds. */
const STRANGER_MS = 3_600_000;
/**
 * Milliseconds for which a message may lie while the bridge is away, and still be run: after a crash or
 * an update the bridge is back while its writer still looks at the chat.
 */
const BLINK_MS = 10_000;

/** How long a group message waits until we know which mention is the bot's, in milliseconds. */
const BOT_INFO_MS = 2_500;

/** Events that an app may be subscribed to and that mean nothing to us; unhandled, the SDK complains. */
const NOT_NEEDED = [
  "im.message.message_read_v1",
  "im.message.reaction.created_v1",
  "im.message.reaction.deleted_v1",
  "im.chat.access_event.bot_p2p_chat_entered_v1",
  "im.chat.member.bot.added_v1",
  "im.chat.member.bot.deleted_v1",
];
/** How much more of the history is read, in milliseconds, on either side: clocks are never quite the same. */
const OVERLAP_MS = 120_000;

/** A chat, or a topic in it. */
type Place = Pick<Incoming, "chatId" | "chatType" | "threadId">;

/** Lets in who may come in, and brings everything to the conversation that it belongs to. */
export class Switchboard {
  readonly #parts: Parts;
  readonly #conversations = new Map<string, Promise<Conversation>>();
  #accepting: Promise<boolean> = Promise.resolve(true);
  /** When the last message was received, in milliseconds since 1970. */
  #received = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What to do with each type of Feishu's events: it is written down when the handler resolves. */
  readonly handlers: Readonly<Record<string, EventHandler>> = {
    ...Object.fromEntries(NOT_NEEDED.map((type) => [type, () => Promise.resolve()])),
    "im.message.receive_v1": async (event) => {
      const { bot, ours, log } = this.#parts;
      // Never the same twice, so that the order of arrival can be told again.
      const receivedAt = Math.max(Date.now(), this.#received + 0.001);
      this.#received = receivedAt;
      const draft = parseMessageEvent(event, undefined, receivedAt, ours);
      if (draft === undefined) return log.debug("an event that is no message of a person");
      // In a direct chat nothing depends on who the bot is, unless somebody is mentioned there.
      const needed = draft.chatType === "group" || draft.mentions.length > 0;
      const botId = needed ? await deadline(bot(), BOT_INFO_MS) : "";
      await this.#message(parseMessageEvent(event, botId, receivedAt, ours) ?? draft, botId);
    },
    "im.message.recalled_v1": async (event) => {
      const recalled = parseRecall(event);
      if (recalled) await this.#recall(recalled.chatId, recalled.messageId);
    },
    "card.action.trigger": async (event) => {
      const clicked = parseClick(event);
      const content = clicked ? await this.#click(clicked) : this.#parts.texts.askOver;
      return { toast: { type: "info", content } };
    },
  };

  /**
   * Reads what was written in the known chats since `since` (ms since 1970) and takes what was missed:
   * Feishu delivers again only for seven hours, and with hours in between. What was delivered before is
   * known by its id, and does no harm.
   */
  async catchUp(since: number): Promise<void> {
    const { store, chat, bot, ours, log, signal } = this.#parts;
    const botId = await bot();
    for (const { chatId, chatType, threadId } of await store.conversations()) {
      const now = Date.now();
      const place = { chatId, ...(threadId && { threadId }) };
      try {
        const items = await retry(
          () => chat.history(place, since - OVERLAP_MS, now + OVERLAP_MS, signal),
          { maxAttempts: 5, jitter: 0.3, isRetriable: isRetryable, signal },
        );
        for (const item of items) {
          const incoming = parseListedMessage(item, chatType, botId, now, ours);
          if (incoming?.chatId === chatId) await this.#message(incoming, botId);
        }
      } catch (error) {
        signal.throwIfAborted();
        // Groups give their history only to apps with the scope for all their messages.
        log.debug(`cannot read the history of ${chatId}: ${describe(error)}`);
      }
    }
  }

  /** Writes a message down, so that it can be acknowledged; the work on it follows. */
  async #message(given: Incoming, bot: string): Promise<void> {
    const { config, pairing, store, delivery, texts, log, wasAway } = this.#parts;
    const missed = given.receivedAt - given.createdAt > BLINK_MS && wasAway(given.createdAt);
    // Stored with it, so that it is asked about after another restart too.
    const incoming: Incoming = missed ? { ...given, missed } : given;
    const { sender, chatId, type, text, messageId } = incoming;
    const verdict = judge(incoming, config.allowedUsers, bot, pairing);
    if (verdict === "ignore") return;
    if (verdict === "stranger") return await this.#turnAway(incoming);
    // Two messages that come at once are stored one after the other, so that they stay in order.
    this.#accepting = this.#accepting.catch(() => {})
      .then(() => store.accept(incoming, config.dedupTtlMs));
    try {
      if (!await this.#accepting) return log.debug(`message ${messageId} came again`);
    } catch (error) {
      // Not acknowledged, so Feishu sends it again later; the person should know why nothing happens.
      const view = { status: "plain", text: texts.diskTrouble(describe(error)) } as const;
      await delivery.tell(delivery.slot({ chatId }, `disk.${messageId}`.slice(0, 50)), view);
      throw error;
    }
    if (!isSupported(type)) log.warn(`unsupported message_type=${type}`);
    log.info(`recv from ${sender} in ${chatId}: ${text.slice(0, 200)}`);
    this.#conversation(incoming)
      .then((conversation) => conversation.take(incoming))
      .catch((error) => log.error(`message ${messageId} stays in the inbox: ${describe(error)}`));
  }

  /** A message was recalled, perhaps before it came. */
  async #recall(chatId: string, messageId: string): Promise<void> {
    const { store, config } = this.#parts;
    await store.see(messageId, config.dedupTtlMs);
    for (const conversation of await Promise.all(this.#conversations.values())) {
      if (conversation.conversation.chatId === chatId) await conversation.recall(messageId);
    }
  }

  /** Takes a click; resolves with a line for the person who clicked. */
  async #click({ conversation, ask, step, choice, by }: ClickEvent): Promise<string> {
    const { config, pairing, texts } = this.#parts;
    if (!mayUse(by, config.allowedUsers, pairing)) return texts.stranger(by);
    const found = await this.#conversations.get(conversation);
    return found === undefined ? texts.askOver : await found.click(ask, step, choice, by);
  }

  /** Takes up what was open when the program ended. */
  async resume(): Promise<void> {
    const { store } = this.#parts;
    const prompts = Map.groupBy(await store.prompts(), ({ conversation }) => conversation);
    const inbox = Map.groupBy(await store.inbox(), (incoming) => conversationKey(incoming));
    const rows = (await store.rows()).map(({ conversation }) => conversation);
    for (const key of new Set([...prompts.keys(), ...inbox.keys(), ...rows])) {
      const waiting = inbox.get(key) ?? [];
      const place = waiting[0] ?? await store.conversation(key);
      if (place === undefined) continue;
      const conversation = await this.#conversation(place);
      await conversation.resume(prompts.get(key) ?? [], waiting);
    }
  }

  /** Resolves when nothing is under way any more; after an abort that is soon. */
  async settled(): Promise<void> {
    const conversations = await Promise.all(this.#conversations.values());
    await Promise.all(conversations.map((conversation) => conversation.settled()));
  }

  /** Tells a stranger, once an hour, how to be let in; or takes the code that they send. */
  async #turnAway(incoming: Incoming): Promise<void> {
    const { store, delivery, texts, log, pairing, config } = this.#parts;
    const { sender, chatId, messageId, text } = incoming;
    // Whoever is let in later did not mean what they wrote before.
    if (!await store.see(messageId, config.dedupTtlMs)) return;
    const isCode = pairing !== undefined && /^[\d\s]{8,9}$/.test(text);
    if (!isCode) {
      log.warn(`message of ${sender} in ${chatId} refused: not in FEISHU_ALLOWED_USERS`);
      if (!await store.once(`stranger/${sender}`, STRANGER_MS)) return;
    }
    const line = pairing ? await pairing.try(sender, text) : texts.stranger(sender);
    await delivery.say(conversationKey(incoming), { chatId }, line);
  }

  /** The conversation of a chat or topic; it begins with its first message. */
  #conversation(place: Place): Promise<Conversation> {
    const key = conversationKey(place);
    const known = this.#conversations.get(key);
    if (known) return known;
    const opened = this.#open(key, place).catch((error) => {
      // Whoever comes next tries again.
      this.#conversations.delete(key);
      throw error;
    });
    this.#conversations.set(key, opened);
    return opened;
  }

  async #open(key: string, { chatId, chatType, threadId }: Place): Promise<Conversation> {
    const { store, config } = this.#parts;
    const topic = threadId === undefined ? {} : { threadId };
    const begun = { key, chatId, chatType, directory: config.cwd, ...topic };
    return new Conversation(await store.conversation(key) ?? begun, this.#parts);
  }
}

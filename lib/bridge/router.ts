import { describe } from "../base/errors.ts";
import { persist } from "../base/persist.ts";
import { Serial } from "../base/serial.ts";
import type { Click, IncomingMessage } from "../model/message.ts";
import { conversationKey, type Place } from "../model/place.ts";
import type { ChatEvents } from "../model/ports.ts";
import type { View } from "../model/view.ts";
import { catchUp } from "./catch_up.ts";
import { Conversation } from "./conversation.ts";
import type { Services } from "./services.ts";

/** What a {@linkcode Router} needs. */
export interface RouterOptions extends Services {
  /** Whether no bridge was running at a time (ms since 1970). */
  readonly wasAway: (time: number) => boolean;
}

/** The shortest time between two replies to the same stranger, in milliseconds. */
const STRANGER_MS = 3_600_000;
/**
 * How old a message from the time the bridge was away may be and still run without asking, in
 * milliseconds. After a crash or an update its writer is still waiting for the answer.
 */
const SHORT_ABSENCE_MS = 10_000;

/** Admits messages, stores them, and passes each event to its conversation. */
export class Router implements ChatEvents {
  readonly #options: RouterOptions;
  readonly #conversations = new Map<string, Promise<Conversation>>();
  /** Stores messages one at a time, so that they stay in order. */
  readonly #accepting = new Serial();

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** Stores a message, so that it can be acknowledged. It is handled afterwards. */
  async message(received: IncomingMessage): Promise<void> {
    const { admission, wasAway } = this.#options;
    const { receivedAt, createdAt } = received;
    const isMissed = receivedAt - createdAt > SHORT_ABSENCE_MS && wasAway(createdAt);
    // The mark is stored, so that the message is still asked about after another restart.
    const message: IncomingMessage = isMissed ? { ...received, missed: true } : received;
    switch (admission.judge(message)) {
      case "ignore":
        return;
      case "stranger":
        return await this.#answerStranger(message);
      case "admit":
        return await this.#accept(message);
    }
  }

  /** Handles the recall of a message, which may arrive before the message. */
  async recalled(chatId: string, messageId: string): Promise<void> {
    const { store, settings } = this.#options;
    await store.markSeen(messageId, settings.dedupTtlMs);
    for (const conversation of await Promise.all(this.#conversations.values())) {
      if (conversation.record.chatId === chatId) await conversation.recall(messageId);
    }
  }

  /** Handles a click; resolves with a line to show to the person who clicked. */
  async clicked(click: Click): Promise<string> {
    const { admission, texts } = this.#options;
    if (!admission.mayUse(click.by)) return texts.stranger(click.by);
    const conversation = await this.#conversations.get(click.conversation);
    return conversation === undefined ? texts.askOver : await conversation.click(click);
  }

  /** Fetches and handles messages missed since a time (ms since 1970). */
  async catchUp(since: number): Promise<void> {
    await catchUp(since, (message) => this.message(message), this.#options);
  }

  /**
   * Resumes everything that was open when the program ended. Resolves when all of it is in the mailboxes of
   * its conversations, before any new message; the work goes on afterwards.
   */
  async resume(): Promise<void> {
    const { store, log } = this.#options;
    const turns = Map.groupBy(await store.turns(), ({ conversation }) => conversation);
    const inbox = Map.groupBy(await store.inbox(), (message) => conversationKey(message));
    const rows = (await store.rows()).map(({ conversation }) => conversation);
    for (const key of new Set([...turns.keys(), ...inbox.keys(), ...rows])) {
      const waiting = inbox.get(key) ?? [];
      const place = waiting[0] ?? await store.conversation(key);
      if (place === undefined) continue;
      const conversation = await this.#conversation(place);
      conversation.resume(turns.get(key) ?? [], waiting)
        .catch((error) => log.error(`cannot resume conversation ${key}: ${describe(error)}`));
    }
  }

  /** Resolves when all work has ended. Call it after the signal has aborted. */
  async settled(): Promise<void> {
    const conversations = await Promise.all(this.#conversations.values());
    await Promise.all(conversations.map((conversation) => conversation.settled()));
  }

  async #accept(message: IncomingMessage): Promise<void> {
    const { store, settings, chat, outbox, texts, log, signal } = this.#options;
    const { sender, chatId, type, text, messageId } = message;
    let isNew: boolean;
    try {
      isNew = await this.#accepting.run(() => store.accept(message, settings.dedupTtlMs));
    } catch (error) {
      // Feishu redelivers the message later, as it is not acknowledged. Tell the sender what is wrong.
      const view: View = { status: "plain", text: texts.diskTrouble(describe(error)) };
      await outbox.sendOnce(chat.slot({ chatId }, `disk.${messageId}`.slice(0, 50)), view);
      throw error;
    }
    if (!isNew) return log.debug(`message ${messageId} was redelivered`);
    if (!chat.isSupported(type)) log.warn(`unsupported message_type=${type}`);
    log.info(`recv from ${sender} in ${chatId}: ${text.slice(0, 200)}`);
    persist(async () => await (await this.#conversation(message)).receive(message), {
      log,
      signal,
      what: `handle message ${messageId}`,
      mayPass: () => true,
    }).catch((error) => log.debug(`message ${messageId} stays in the inbox: ${describe(error)}`));
  }

  /** Tells a stranger, once an hour, how to get access; or checks the pairing code that they sent. */
  async #answerStranger(message: IncomingMessage): Promise<void> {
    const { store, admission, texts, log, settings } = this.#options;
    const { sender, chatId, messageId, text } = message;
    // Once its sender is admitted, a redelivery of this message must not run.
    if (!await store.markSeen(messageId, settings.dedupTtlMs)) return;
    const { pairing } = admission;
    const isCode = pairing !== undefined && /^[\d\s]{8,9}$/.test(text);
    if (!isCode) {
      log.warn(`message of ${sender} in ${chatId} refused: not in FEISHU_ALLOWED_USERS`);
      if (!await store.once(`stranger/${sender}`, STRANGER_MS)) return;
    }
    const line = pairing ? await pairing.try(sender, text) : texts.stranger(sender);
    const key = conversationKey(message);
    // It is not kept: strangers must not fill the memory.
    const conversation = await this.#conversations.get(key) ?? await this.#open(key, message);
    await conversation.say({ chatId }, line);
  }

  /** Returns the conversation of a chat or topic; opens it if needed. */
  #conversation(place: Place): Promise<Conversation> {
    const key = conversationKey(place);
    const known = this.#conversations.get(key);
    if (known) return known;
    const opened = this.#open(key, place).catch((error) => {
      // The next caller tries again.
      this.#conversations.delete(key);
      throw error;
    });
    this.#conversations.set(key, opened);
    return opened;
  }

  async #open(key: string, { chatId, chatType, threadId }: Place): Promise<Conversation> {
    const { store, settings } = this.#options;
    const topic = threadId === undefined ? {} : { threadId };
    const initial = { key, chatId, chatType, directory: settings.cwd, ...topic };
    return new Conversation(await store.conversation(key) ?? initial, this.#options);
  }
}

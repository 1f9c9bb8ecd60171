import type { Allowed } from "../config.ts";
import { describe } from "../errors.ts";
import { type ClickEvent, type Incoming, isSupported } from "../feishu/inbound.ts";
import type { Conversation as ConversationRecord } from "../records.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import { conversationKey, judge, mayUse } from "./door.ts";
import type { Pairing } from "./pairing.ts";

/** What a {@linkcode Switchboard} needs, besides what its conversations need. */
export interface SwitchboardOptions extends ConversationOptions {
  readonly allowed: Allowed;
  /** Set when people are let in by a code. */
  readonly pairing?: Pairing | undefined;
  /** Where a new conversation begins. */
  readonly directory: string;
  /** For how many milliseconds a message is remembered. */
  readonly dedupTtlMs: number;
  /** Whether no bridge was running at a time (ms since 1970). */
  readonly wasAway: (time: number) => boolean;
}

/** A stranger is answered once in this many milliseconds. */
const STRANGER_MS = 3_600_000;
/**
 * Milliseconds for which a message may lie while the bridge is away, and still be run: after a crash or
 * an update the bridge is back while its writer still looks at the chat.
 */
const BLINK_MS = 10_000;

/** Lets in who may come in, and brings everything to the conversation that it belongs to. */
export class Switchboard {
  readonly #options: SwitchboardOptions;
  readonly #conversations = new Map<string, Promise<Conversation>>();
  #accepting: Promise<boolean> = Promise.resolve(true);

  constructor(options: SwitchboardOptions) {
    this.#options = options;
  }

  /**
   * Writes a message down, so that it can be acknowledged; the work on it follows.
   *
   * @param bot The bot's own `open_id`.
   */
  async message(given: Incoming, bot: string): Promise<void> {
    const { allowed, pairing, store, delivery, texts, log, dedupTtlMs, wasAway } = this.#options;
    const missed = given.receivedAt - given.createdAt > BLINK_MS && wasAway(given.createdAt);
    // Stored with it, so that it is asked about after another restart too.
    const incoming: Incoming = missed ? { ...given, missed } : given;
    const { sender, chatId, type, text, messageId } = incoming;
    const verdict = judge(incoming, allowed, bot, pairing);
    if (verdict === "ignore") return;
    if (verdict === "stranger") return await this.#turnAway(incoming);
    // Two messages that come at once are stored one after the other, so that they stay in order.
    this.#accepting = this.#accepting.catch(() => {})
      .then(() => store.accept(incoming, dedupTtlMs));
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
  async recall(chatId: string, messageId: string): Promise<void> {
    const { store, dedupTtlMs } = this.#options;
    await store.see(messageId, dedupTtlMs);
    for (const conversation of await Promise.all(this.#conversations.values())) {
      if (conversation.conversation.chatId === chatId) await conversation.recall(messageId);
    }
  }

  /** Takes a click; resolves with a line for the person who clicked. */
  async click({ conversation, ask, step, choice, by }: ClickEvent): Promise<string> {
    const { allowed, pairing, texts } = this.#options;
    if (!mayUse(by, allowed, pairing)) return texts.stranger(by);
    const found = await this.#conversations.get(conversation);
    return found === undefined ? texts.askOver : await found.click(ask, step, choice, by);
  }

  /** Takes up what was open when the program ended. */
  async resume(): Promise<void> {
    const { store } = this.#options;
    const prompts = Map.groupBy(await store.prompts(), (prompt) => prompt.conversation);
    const inbox = Map.groupBy(await store.inbox(), conversationKey);
    const rows = Map.groupBy(await store.rows(), (row) => row.conversation);
    const first = (key: string) => inbox.get(key)?.[0];
    for (const key of new Set([...prompts.keys(), ...inbox.keys(), ...rows.keys()])) {
      const record = await store.conversation(key);
      const incoming = first(key);
      const open = record ? this.#open(record) : incoming && this.#conversation(incoming);
      if (open === undefined) continue;
      await (await open).resume(prompts.get(key) ?? [], inbox.get(key) ?? []);
    }
  }

  /** Resolves when nothing is under way any more; after an abort that is soon. */
  async settled(): Promise<void> {
    const conversations = await Promise.all(this.#conversations.values());
    await Promise.all(conversations.map((conversation) => conversation.settled()));
  }

  /** Tells a stranger, once an hour, how to be let in; or takes the code that they send. */
  async #turnAway(incoming: Incoming): Promise<void> {
    const { store, delivery, texts, log, pairing, dedupTtlMs } = this.#options;
    const { sender, chatId, messageId, text } = incoming;
    // Whoever is let in later did not mean what they wrote before.
    if (!await store.see(messageId, dedupTtlMs)) return;
    const isCode = pairing !== undefined && /^[\d\s]{8,9}$/.test(text);
    if (!isCode) {
      log.warn(`message of ${sender} in ${chatId} refused: not in FEISHU_ALLOWED_USERS`);
      if (!await store.once(`stranger/${sender}`, STRANGER_MS)) return;
    }
    const key = conversationKey(incoming);
    const line = pairing ? await pairing.try(sender, text) : texts.stranger(sender);
    const view = { status: "plain", text: line } as const;
    await store.commit({ rows: [delivery.row(key, delivery.slot({ chatId }), view)] });
    delivery.wake(key);
  }

  #conversation(incoming: Incoming): Promise<Conversation> {
    const key = conversationKey(incoming);
    const found = this.#conversations.get(key) ?? this.#create(incoming);
    this.#conversations.set(key, found);
    return found;
  }

  async #create(incoming: Incoming): Promise<Conversation> {
    const { chatId, chatType, threadId } = incoming;
    const key = conversationKey(incoming);
    const record = await this.#options.store.conversation(key) ?? {
      key,
      chatId,
      chatType,
      directory: this.#options.directory,
      ...(threadId === undefined ? {} : { threadId }),
    };
    return new Conversation(record, this.#options);
  }

  #open(record: ConversationRecord): Promise<Conversation> {
    const found = this.#conversations.get(record.key) ??
      Promise.resolve(new Conversation(record, this.#options));
    this.#conversations.set(record.key, found);
    return found;
  }
}

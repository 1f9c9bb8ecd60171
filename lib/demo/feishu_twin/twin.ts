import { type CardButton, messageButtons, messageText } from "./message_text.ts";
import type { TwinChange, UntilOptions } from "./twin_changes.ts";
import type { TwinChat, TwinUser } from "./chats.ts";
import { type CardPicker, cardPickers } from "./card_pickers.ts";
import { clickAction } from "./click_action.ts";
import { clickCard } from "./click_card.ts";
import type { TwinClock } from "./clock.ts";
import { makeEvent, messageEvent, reachesBot, reactionEvent, recallEvent } from "./events.ts";
import { forwardOf } from "./forward_of.ts";
import { type OtherHandler, TwinHttpServer } from "./http_server.ts";
import { defined, type JsonObject } from "../../base/json.ts";
import type { TwinMention, TwinMessage } from "./twin_message.ts";
import type { AckRecord, RequestRecord } from "./records.ts";
import { describeState } from "./describe_state.ts";
import { restore, writeSnapshot } from "./snapshot.ts";
import type { TwinApp } from "./twin_app.ts";
import { makeState, type TwinState } from "./twin_state.ts";
import { TwinExtras } from "./twin_extras.ts";
import { TwinFaults } from "./twin_faults.ts";
import type {
  ClickOptions,
  ClickResult,
  ForwardOptions,
  SayOptions,
  SendRawOptions,
  TwinOptions,
} from "./twin_options.ts";

/** A running stand-in for Feishu. Made by {@linkcode startTwin}. */
export class Twin {
  /** The base URL, which is the `domain` of the SDK. */
  readonly url: string;
  readonly port: number;
  /** The app whose id and secret the twin accepts. */
  readonly app: TwinApp;
  /** The first user. */
  readonly user: TwinUser;
  /** The direct chat of the first user with the bot. */
  readonly chat: TwinChat;
  readonly clock: TwinClock;
  readonly faults: TwinFaults;
  readonly extras: TwinExtras;
  readonly #state: TwinState;
  readonly #server: TwinHttpServer;

  /** Use {@linkcode startTwin}. */
  constructor(state: TwinState, server: TwinHttpServer, user: TwinUser, port: number) {
    this.#state = state;
    this.#server = server;
    this.user = user;
    this.chat = this.directChat(user.openId);
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.app = state.app;
    this.clock = state.clock;
    this.faults = new TwinFaults(state);
    this.extras = new TwinExtras(state);
  }

  /** Adds a person and a direct chat with the bot, `twin.directChat(user.openId)`. */
  addUser(name: string): TwinUser {
    const user = this.#state.chats.addUser(name);
    this.#state.changes.emit({ kind: "chat" });
    return user;
  }

  /** Adds a group of the bot and these people; the first user by default. */
  addGroup(
    options: { name?: string; members?: readonly string[]; mode?: "group" | "topic" } = {},
  ): TwinChat {
    const { name = "group", members = [this.user.openId], mode = "group" } = options;
    const chat = this.#state.chats.addGroup(name, members, mode);
    this.#state.changes.emit({ kind: "chat" });
    return chat;
  }

  /** All people. */
  users(): TwinUser[] {
    return this.#state.chats.users();
  }

  /** All chats. */
  chats(): TwinChat[] {
    return this.#state.chats.chats();
  }

  /** The direct chat of a user with the bot. */
  directChat(openId: string): TwinChat {
    return found(this.#state.chats.directChat(openId), `direct chat of ${openId}`);
  }

  /** Sends a text as a user and delivers it to the app. Returns the id of the message. */
  say(options: SayOptions): string {
    const { text, mentionBot = false, mentionAll = false, ...rest } = options;
    const mentions: TwinMention[] = mentionBot
      ? [{ key: "@_user_1", openId: this.app.openId, name: this.app.name }]
      : [];
    const front = (mentionBot ? "@_user_1 " : "") + (mentionAll ? "@_all " : "");
    return this.sendRaw({ ...rest, type: "text", content: { text: front + text }, mentions });
  }

  /** Sends a message of any type as a user and delivers it to the app. Returns its id. */
  sendRaw(options: SendRawOptions): string {
    const { messages, chats, connection } = this.#state;
    const user = this.#user(options.user);
    const parent = options.replyTo === undefined ? undefined : this.message(options.replyTo);
    const chatId = options.chat ?? parent?.chatId ?? this.directChat(user.openId).id;
    const chat = found(chats.chat(chatId), `chat ${chatId}`);
    const topic = chat.mode === "topic" && parent === undefined ? "new" : undefined;
    const thread = options.thread ?? topic;
    const { type, content, mentions, createdAt, forwards } = options;
    const message = messages.add({
      chatId,
      type,
      content,
      sender: { id: user.openId, type: "user", name: user.name },
      ...defined({ replyTo: parent, thread, mentions, createdAt, forwards }),
    });
    if (!options.isSilent && reachesBot(this.#state, chat, message)) {
      connection.publish(messageEvent(this.#state, message, user));
    }
    return message.id;
  }

  /** Forwards messages as a user: one as it is, several as a forwarded chat. Returns the id. */
  forward(ids: readonly string[], options: ForwardOptions = {}): string {
    return this.sendRaw({ ...options, ...forwardOf(ids.map((id) => this.message(id))) });
  }

  /** Stores a file that a message of a user can refer to. Returns the key. */
  upload(kind: "image" | "file", name: string, bytes: Uint8Array, mime: string): string {
    return this.#state.files.add(kind, { name, bytes, mime }).key;
  }

  /** An uploaded image or file of either side. */
  file(key: string): { name: string; bytes: Uint8Array; mime: string } | undefined {
    return this.#state.files.get(key);
  }

  /** Delivers a user's message again, as a new event with the same message id. */
  redeliver(messageId: string): void {
    const message = this.message(messageId);
    const event = messageEvent(this.#state, message, this.#user(message.sender.id));
    this.#state.connection.publish(event);
  }

  /** Delivers an event of any type, for example one that is unknown to the app. */
  deliverEvent(eventType: string, event: unknown): void {
    this.#state.connection.publish(makeEvent(this.#state, eventType, event));
  }

  /**
   * Sends what the platform never sends. Bytes become one WebSocket message. An object becomes the payload
   * of a data frame and is redelivered like any event.
   */
  deliverRaw(raw: Uint8Array | JsonObject): void {
    if (raw instanceof Uint8Array) this.#state.connection.sendBytes(raw);
    else {
      const event = makeEvent(this.#state, "raw", {});
      this.#state.connection.publish({ ...event, envelope: raw });
    }
  }

  /** Recalls a message of a user and tells the app. */
  recall(messageId: string): void {
    const message = this.message(messageId);
    this.#state.messages.recall(message);
    this.#state.connection.publish(recallEvent(this.#state, message));
  }

  /** Reacts to a message as a user and tells the app. */
  react(messageId: string, emoji: string, openId?: string): void {
    const message = this.message(messageId);
    const user = this.#user(openId);
    this.#state.messages.react(message, emoji, user.openId, false);
    this.#state.connection.publish(reactionEvent(this.#state, message, emoji, user));
  }

  /** Clicks a button of a card as a user, or chooses from a list. Rejects when there is none or it is disabled. */
  async click(options: ClickOptions): Promise<ClickResult> {
    const message = this.message(options.messageId);
    const action = clickAction(message, options);
    const user = this.#user(options.user);
    return await clickCard(this.#state, message, user, action, options.frameType ?? "event");
  }

  /** The buttons of a card from top to bottom. */
  buttons(messageId: string): CardButton[] {
    return messageButtons(this.message(messageId));
  }

  /** The lists of a card from top to bottom. */
  pickers(messageId: string): CardPicker[] {
    return cardPickers(this.message(messageId));
  }

  /** The messages of a chat, oldest first; by default of the first user's direct chat. */
  messages(chatId: string = this.chat.id): readonly TwinMessage[] {
    return this.#state.messages.inChat(chatId);
  }

  /** The messages of the bot in a chat, oldest first. */
  botMessages(chatId: string = this.chat.id): TwinMessage[] {
    return this.messages(chatId).filter((message) => message.sender.type === "app");
  }

  /** The message with this id, if there is one. */
  find(id: string): TwinMessage | undefined {
    return this.#state.messages.get(id);
  }

  /** The message with this id. Throws when there is none. */
  message(id: string): TwinMessage {
    return found(this.#state.messages.get(id), `message ${id}`);
  }

  /** The text of a message as a reader sees it. */
  plain(message: TwinMessage): string {
    return messageText(message);
  }

  /** All REST requests, oldest first. */
  get requests(): readonly RequestRecord[] {
    return this.#state.requests;
  }

  /** All acknowledgements of events, oldest first. */
  get acks(): readonly AckRecord[] {
    return this.#state.connection.acks;
  }

  /** How many long connections the twin believes to be open. */
  connections(): number {
    return this.#state.connection.count;
  }

  /** Calls `listener` for each change. Returns a function that stops it. */
  onChange(listener: (change: TwinChange) => void): () => void {
    return this.#state.changes.listen(listener);
  }

  /**
   * Waits without polling until `probe` returns something truthy, and resolves with it. Rejects after
   * `timeoutMs` (30 s by default); the error lists the last messages and requests.
   */
  until<T>(probe: () => T | undefined | null | false, options: UntilOptions = {}): Promise<T> {
    return this.#state.changes.until(probe, options, () => describeState(this.#state));
  }

  /** Lets `handler` answer the requests for paths that are not Feishu's, in place of a 404. */
  serveOther(handler: OtherHandler): void {
    this.#server.other = handler;
  }

  /** The contents of the twin as JSON; see {@linkcode TwinOptions.snapshot}. */
  snapshot(): string {
    return writeSnapshot(this.#state, this.port);
  }

  /** Cuts all connections and stops listening. */
  async close(): Promise<void> {
    this.#state.clock.stop();
    this.#state.connection.close();
    await this.#server.close();
  }

  [Symbol.asyncDispose] = (): Promise<void> => this.close();

  #user(openId: string | undefined): TwinUser {
    if (openId === undefined) return this.user;
    return found(this.#state.chats.user(openId), `user ${openId}`);
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The twin has no ${what}.`);
  return value;
}

/**
 * Starts a stand-in for Feishu on 127.0.0.1, to which the official SDK can talk unchanged. Rejects when
 * the port is taken.
 *
 * @example
 * ```ts
 * await using twin = await startTwin();
 * const id = twin.say({ text: "hello" });
 * const answer = await twin.until(() => twin.botMessages()[0]);
 * ```
 */
export async function startTwin(options: TwinOptions = {}): Promise<Twin> {
  const state = makeState(options);
  const server = new TwinHttpServer(state);
  if (options.snapshot !== undefined) restore(state, options.snapshot);
  const user = state.chats.users()[0] ?? state.chats.addUser(options.userName ?? "Alice");
  const port = await server.listen(options.port ?? 0);
  return new Twin(state, server, user, port);
}

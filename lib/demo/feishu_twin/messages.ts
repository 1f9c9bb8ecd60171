import type { TwinChanges } from "./twin_changes.ts";
import { wallNow } from "../../base/time/clock.ts";
import type { TwinClock } from "./clock.ts";
import { feishuId } from "./feishu_id.ts";
import { withForwarded } from "./with_forwarded.ts";
import type { TwinMention, TwinMessage, TwinReaction } from "./twin_message.ts";

/** The argument of {@linkcode Messages.add}. */
export interface NewMessage {
  readonly chatId: string;
  readonly type: string;
  readonly content: unknown;
  readonly sender: TwinMessage["sender"];
  readonly replyTo?: TwinMessage;
  /** The id of a topic, or `new` to start one. */
  readonly thread?: string;
  readonly mentions?: readonly TwinMention[];
  /** Twin time, milliseconds since the epoch; now by default. */
  readonly createdAt?: number;
  readonly uuid?: string;
  /** The messages that it forwards. */
  readonly forwards?: readonly TwinMessage[];
}

/** All messages, in the order of arrival. */
export class Messages {
  readonly #clock: TwinClock;
  readonly #changes: TwinChanges;
  readonly #byId = new Map<string, TwinMessage>();
  readonly #byChat = new Map<string, TwinMessage[]>();
  /** The id of a topic → that of its first message. */
  readonly #roots = new Map<string, string>();

  constructor(clock: TwinClock, changes: TwinChanges) {
    this.#clock = clock;
    this.#changes = changes;
  }

  /** The message with this id, if there is one. */
  get(id: string): TwinMessage | undefined {
    return this.#byId.get(id);
  }

  /** The messages of a chat, oldest first. */
  inChat(chatId: string): readonly TwinMessage[] {
    return this.#byChat.get(chatId) ?? [];
  }

  /** All messages of all chats. */
  all(): TwinMessage[] {
    return [...this.#byId.values()];
  }

  /** Adds a message. A reply to a message of a topic belongs to that topic. */
  add(fresh: NewMessage): TwinMessage {
    const parent = fresh.replyTo;
    const thread = fresh.thread === "new" ? parent?.threadId ?? feishuId("omt_") : fresh.thread;
    const threadId = thread ?? parent?.threadId;
    if (parent !== undefined && threadId !== undefined) {
      const isNew = parent.threadId === undefined;
      parent.threadId ??= threadId;
      if (isNew) this.#changes.emit({ kind: "edit", message: parent });
      if (!this.#roots.has(threadId)) this.#roots.set(threadId, parent.id);
    }
    // In a topic, it is the topic's first message (Feishu docs: messages).
    const root = threadId === undefined ? parent?.rootId : this.#roots.get(threadId);
    const createdAt = fresh.createdAt ?? this.#clock.now();
    const id = feishuId("om_");
    const message: TwinMessage = {
      id,
      chatId: fresh.chatId,
      type: fresh.type,
      sender: fresh.sender,
      content: fresh.content,
      original: fresh.content,
      edits: [],
      mentions: fresh.mentions ?? [],
      recalled: false,
      reactions: [],
      createdAt,
      updatedAt: createdAt,
      ...(threadId === undefined ? {} : { threadId }),
      ...(parent === undefined ? {} : { replyTo: parent.id, rootId: root ?? parent.id }),
      ...(fresh.uuid === undefined ? {} : { uuid: fresh.uuid }),
      ...(fresh.forwards === undefined ? {} : { forwarded: copies(fresh.forwards, id) }),
    };
    this.#keep(message);
    this.#changes.emit({ kind: "message", message });
    return message;
  }

  /** Whether this is the id of a message inside of one that forwards it. */
  isForwarded(id: string): boolean {
    return this.all().some((message) =>
      withForwarded(message).slice(1).some((one) => one.id === id)
    );
  }

  /** Adds the messages of an earlier twin. */
  restore(messages: readonly TwinMessage[]): void {
    for (const message of messages) this.#keep(message);
  }

  /** Whether a message is the first one of its topic. */
  beginsTopic({ id, threadId }: TwinMessage): boolean {
    return threadId !== undefined && this.#roots.get(threadId) === id;
  }

  #keep(message: TwinMessage): void {
    const { id, threadId } = message;
    if (threadId !== undefined && !this.#roots.has(threadId)) this.#roots.set(threadId, id);
    this.#byId.set(message.id, message);
    const chat = this.#byChat.get(message.chatId);
    if (chat === undefined) this.#byChat.set(message.chatId, [message]);
    else chat.push(message);
  }

  /** Replaces a message's content. */
  edit(message: TwinMessage, content: unknown): void {
    message.content = content;
    message.updatedAt = this.#clock.now();
    message.edits.push({ at: wallNow(), content });
    this.#changes.emit({ kind: "edit", message });
  }

  /** Marks a message as recalled. */
  recall(message: TwinMessage): void {
    message.recalled = true;
    message.updatedAt = this.#clock.now();
    this.#changes.emit({ kind: "recall", message });
  }

  /** Offers texts below a message. */
  offer(message: TwinMessage, texts: readonly string[]): void {
    message.followUps = texts;
    this.#changes.emit({ kind: "edit", message });
  }

  /** Has the phones of people ring. */
  buzz(message: TwinMessage, people: readonly string[]): void {
    message.buzzed = [...message.buzzed ?? [], ...people];
    this.#changes.emit({ kind: "edit", message });
  }

  /** Adds a reaction of the bot or of a person. */
  react(message: TwinMessage, emoji: string, by: string, byBot: boolean): TwinReaction {
    const reaction = { id: feishuId(""), emoji, by, byBot, at: this.#clock.now() };
    message.reactions.push(reaction);
    this.#changes.emit({ kind: "reaction", message });
    return reaction;
  }

  /** Removes a reaction. */
  unreact(message: TwinMessage, reaction: TwinReaction): void {
    message.reactions = message.reactions.filter((other) => other !== reaction);
    this.#changes.emit({ kind: "reaction", message });
  }
}

/** Copies of messages inside of the message that forwards them. */
function copies(messages: readonly TwinMessage[], upperId: string): TwinMessage[] {
  return messages.map((message) => {
    const id = feishuId("om_");
    const { forwarded } = message;
    return { ...message, id, upperId, ...(forwarded && { forwarded: copies(forwarded, id) }) };
  });
}

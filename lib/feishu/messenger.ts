import { newId } from "../base/ids.ts";
import { list } from "../base/json.ts";
import type { Log } from "../base/log.ts";
import type { Growth } from "../model/growth.ts";
import type { HistoryPage, HistoryQuery } from "../model/history_page.ts";
import type { Attachment, IncomingMessage } from "../model/message.ts";
import type { PastMessage } from "../model/past_message.ts";
import { conversationKey, type Place, type Target, type Topic } from "../model/place.ts";
import type { Chat, ReactionMark, TopicReading } from "../model/ports.ts";
import type { ShowOptions } from "../model/show_options.ts";
import type { Refusal, RenderMode, Slot } from "../model/slot.ts";
import type { View } from "../model/view.ts";
import type { Texts } from "../texts/texts.ts";
import { type BotId, toldInTime } from "./bot_identity.ts";
import { CardStreams } from "./card_streams.ts";
import {
  isSupported,
  type ListedTopic,
  parseListedMessage,
  recalledId,
  topicOf,
} from "./connection/events.ts";
import { splitAnswer } from "./draw/split_answer.ts";
import { EditShare } from "./edit_share.ts";
import { MessageWriter } from "./message_writer.ts";
import { Offers } from "./offers.ts";
import { PastMessages } from "./past_messages.ts";
import { refusal } from "./refusal.ts";
import { type FeishuApi, FILE_BYTES, IMAGE_BYTES } from "./rest/api.ts";
import { createdAt } from "./rest/histories.ts";
import { markAttempted, markResumed } from "./slots.ts";
import { isThrifty } from "./thrift.ts";

/** What a {@linkcode Messenger} needs. */
export interface MessengerOptions {
  readonly api: FeishuApi;
  readonly bot: BotId;
  /** The sentences of a conversation, by its key. */
  readonly textsOf: (conversation: string) => Texts;
  readonly log: Log;
  /** The form in which messages are drawn as long as Feishu takes it. */
  readonly mode: RenderMode;
  /** The form that was chosen for a chat or topic, by the key of its conversation. */
  readonly modeOf: (conversation: string) => RenderMode | undefined;
  /** Whether a topic is called by its first message, as the bridge has opened it. */
  readonly isOpened: (topic: Pick<Topic, "chatId" | "threadId">) => boolean;
  /** How cards grow: by patches, by CardKit, or by CardKit where the app has the scope. */
  readonly stream: "patch" | "cardkit" | "auto";
  /** Least milliseconds between two live edits of one message. */
  readonly throttleMs: number;
  /** See `thrift`. */
  readonly thrift: () => number;
  /** How many machines use the app, this one included. */
  readonly machines: () => number;
  /** The `uuid` of the slot of one of the bridge's own messages, empty if unknown; of others `undefined`. */
  readonly sentAs: (messageId: string) => Promise<string | undefined>;
  /** Called with the slot of each message that was created. */
  readonly onSent: (slot: Slot) => void;
}

/** Feishu's names of reactions (its page of emoji types). */
const EMOJIS: Readonly<Record<ReactionMark, string>> = {
  taken: "OnIt",
  done: "DONE",
  failed: "ERROR",
  cancelled: "CrossMark",
};

/** Feishu as a chat of the bridge. Each method makes one attempt. */
export class Messenger implements Chat {
  readonly maxFileBytes = FILE_BYTES;
  readonly maxPictureBytes = IMAGE_BYTES;
  readonly clock: Chat["clock"];
  readonly offers: Offers;
  readonly #options: MessengerOptions;
  readonly #writer: MessageWriter;
  readonly #past: PastMessages;
  readonly #share: EditShare;

  constructor(options: MessengerOptions) {
    const { api, stream, log } = options;
    this.#options = options;
    this.clock = api.clock;
    this.#past = new PastMessages(options);
    this.#share = new EditShare(options.machines);
    this.#writer = new MessageWriter({
      ...options,
      streams: new CardStreams({ cardkit: api, mode: stream, log }),
    });
    this.offers = new Offers({
      api,
      log,
      newest: (target) => this.#writer.newest(target),
      isThrifty: () => isThrifty(options.thrift()),
    });
  }

  slot(target: Target, uuid = newId(), mode?: RenderMode): Slot {
    const { mode: fallback, modeOf } = this.#options;
    return { uuid, target, mode: mode ?? modeOf(conversationKey(target)) ?? fallback };
  }

  slotOf(target: Target, messageId: string): Slot {
    return { ...this.slot(target), mode: "card", messageId };
  }

  markAttempted(slot: Slot): Slot {
    return markAttempted(slot, this.#writer.newest(slot.target));
  }

  markResumed(slot: Slot): Slot {
    return markResumed(slot, this.#writer.newest(slot.target));
  }

  async show(slot: Slot, view: View, options: ShowOptions): Promise<Slot> {
    if (!view.isReplaced) return await this.#writer.show(slot, view, options);
    await this.#writer.settle(slot, options.signal);
    return slot;
  }

  refusal(error: unknown): Refusal | undefined {
    return refusal(error);
  }

  /**
   * Somebody clicked on a message's card, and `answered` settles when the answer is on its way. The message is
   * left alone until it is no longer locked. What the click may take back is shown again.
   */
  clicked(messageId: string, answered: Promise<unknown>): void {
    this.#options.api.clicked(messageId, answered);
    this.#writer.clicked(messageId);
  }

  /** Learns the newest messages of an earlier run, by the key of their chat or topic. */
  learnNewest(newest: ReadonlyMap<string, string>): void {
    this.#writer.learnNewest(newest);
  }

  newest(target: Target): string | undefined {
    return this.#writer.newest(target);
  }

  paceMs(slot: Slot, growth: Growth): number {
    return this.#writer.paceMs(slot, growth);
  }

  async waitToEdit(signal: AbortSignal): Promise<boolean> {
    return await this.#share.wait(signal);
  }

  /** Splits an answer into as many messages as it takes, each of at most `max` characters. */
  splitAnswer(markdown: string, max: number): string[] {
    return splitAnswer(markdown, max);
  }

  async react(messageId: string, mark: ReactionMark, signal: AbortSignal): Promise<string> {
    return await this.#options.api.react(messageId, EMOJIS[mark], signal);
  }

  async unreact(messageId: string, reactionId: string, signal: AbortSignal): Promise<void> {
    await this.#options.api.unreact(messageId, reactionId, signal);
  }

  async readMessage(messageId: string, signal: AbortSignal): Promise<PastMessage> {
    return await this.#past.read(messageId, signal);
  }

  async readTopic(message: IncomingMessage, signal: AbortSignal): Promise<TopicReading> {
    return await this.#past.readTopic(message, signal);
  }

  missingScope(error: unknown, place: Pick<Place, "chatType">): string | undefined {
    return this.#past.missingScope(error, place);
  }

  async isRecalled(messageId: string, signal: AbortSignal): Promise<boolean> {
    return await this.#past.isRecalled(messageId, signal);
  }

  /** A message with its topic as the bridge calls it. */
  named(message: IncomingMessage): IncomingMessage {
    return this.#options.api.topics.named(message, this.#options.isOpened);
  }

  async history(
    place: Place,
    { since, page }: HistoryQuery,
    signal: AbortSignal,
  ): Promise<HistoryPage> {
    const { api, bot } = this.#options;
    const told = toldInTime(bot);
    // In a direct chat everything is for the bot.
    const botId = await (place.chatType === "p2p" ? told.catch(() => undefined) : told);
    const { items, next } = await api.historyPage(place, { token: page }, signal);
    const readAt = Date.now();
    const ours = (time: number) => this.clock.ours(time);
    const recent = items.filter((item) => !(createdAt(item) < since));
    return {
      messages: recent
        .map((item, i) => parseListedMessage(item, place.chatType, botId, readAt - i / 1000, ours))
        .filter((message) => message !== undefined)
        .map((message) => this.named(message))
        .filter(({ chatId }) => chatId === place.chatId),
      recalled: list(recent, recalledId),
      topics: place.threadId === undefined
        ? list(items, topicOf).map((topic) => this.#found(place, topic))
        : [],
      ...(next && recent.length === items.length && { next }),
    };
  }

  /** A topic in a history, as the bridge calls it. */
  #found({ chatId }: Place, { id, first, beganAt }: ListedTopic): HistoryPage["topics"][number] {
    if (!this.#options.isOpened({ chatId, threadId: first })) return { id, beganAt };
    this.#options.api.topics.learn(first, id);
    return { id: first, beganAt };
  }

  async download(
    messageId: string,
    attachment: Attachment,
    path: string,
    mayWrite: (bytes: number) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly mime: string }> {
    return await this.#options.api.download(messageId, attachment, path, mayWrite, signal);
  }

  isSupported(type: string): boolean {
    return isSupported(type);
  }
}

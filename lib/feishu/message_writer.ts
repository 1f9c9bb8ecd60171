import { describe, isRetryable } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { conversationKey, type Target } from "../model/place.ts";
import type { ShowOptions } from "../model/ports.ts";
import type { Slot } from "../model/slot.ts";
import type { View } from "../model/view.ts";
import type { Texts } from "../texts/texts.ts";
import type { CardKit, CardStream } from "./card_stream.ts";
import type { CardStreams } from "./card_streams.ts";
import { isCard, render } from "./draw/render.ts";
import type { Rendered } from "./draw/rendered.ts";
import { isSpent, pace } from "./edit_budget.ts";
import { findLostMessage, type OwnMessagesApi } from "./lost_message.ts";
import type { SentMessage } from "./rest/api.ts";
import { existing, mayExist, replacement } from "./slots.ts";

/** The calls that create and change messages; they fail like those of `FeishuApi`. */
export interface MessageApi extends CardKit, OwnMessagesApi {
  /** Creates a message. Sends with the same `uuid` within an hour make one. */
  send(
    target: Target,
    message: Rendered,
    uuid: string,
    signal: AbortSignal,
  ): Promise<SentMessage>;
  /** Replaces the content of a message. */
  edit(messageId: string, content: Rendered, signal: AbortSignal): Promise<void>;
  /** Uploads a file of this machine, and returns the message that shows it. */
  upload(path: string, signal: AbortSignal): Promise<Rendered>;
  /** The ids of the last messages of a topic, newest first. */
  lastInTopic(threadId: string, signal: AbortSignal): Promise<string[]>;
}

/** What a {@linkcode MessageWriter} needs. */
export interface MessageWriterOptions {
  readonly api: MessageApi;
  readonly texts: Texts;
  readonly log: Log;
  /** Lets growing cards be typed; without it they are patched. */
  readonly streams?: CardStreams | undefined;
  /** Least milliseconds between two patches of a growing card. */
  readonly throttleMs: number;
  /** The `uuid` of the slot of one of the bridge's own messages, empty if unknown; of others `undefined`. */
  readonly sentAs: (messageId: string) => Promise<string | undefined>;
  /** Called with the slot of each message that was created. */
  readonly onSent: (slot: Slot) => void;
}

/** What is known of a message while it grows. */
interface GrowingMessage {
  /** The content that it certainly shows. */
  shown?: string | undefined;
  /** Edits made, and those whose outcome is unknown. */
  edits: number;
  stream?: CardStream | undefined;
}

/** One call of {@linkcode MessageWriter.show}. */
interface Showing {
  readonly view: View;
  readonly isGrowing: boolean;
  readonly message: GrowingMessage;
  readonly signal: AbortSignal;
}

/** Writes views into messages: creates, edits and streams them, within the limits of each form. */
export class MessageWriter {
  readonly #options: MessageWriterOptions;
  /** By the `uuid` of the slot. */
  readonly #growing = new Map<string, GrowingMessage>();
  /** The newest message of ours in each chat or topic, by its key. */
  readonly #newest = new Map<string, string>();

  constructor(options: MessageWriterOptions) {
    this.#options = options;
  }

  /** The newest message of ours in a place, if it is known. */
  newest(target: Target): string | undefined {
    return this.#newest.get(conversationKey(target));
  }

  /** Learns the newest messages of an earlier run, by the key of their chat or topic. */
  learnNewest(newest: ReadonlyMap<string, string>): void {
    for (const [place, id] of newest) if (!this.#newest.has(place)) this.#newest.set(place, id);
  }

  /** See `Chat.paceMs`. */
  paceMs({ uuid, mode, edits = 0 }: Slot): number {
    const { streams, throttleMs } = this.#options;
    const message = this.#growing.get(uuid);
    const leastMs = streams?.throttleMs(message?.stream, throttleMs) ?? throttleMs;
    return pace(mode, message?.edits ?? edits, leastMs);
  }

  /** See `Chat.show`. */
  async show(slot: Slot, view: View, { stage, signal }: ShowOptions): Promise<Slot> {
    const isGrowing = stage === "growing";
    const message = this.#message(slot, isGrowing);
    if (stage !== "final" && isSpent(slot.mode, message.edits)) return slot;
    const streams = isGrowing && slot.mode === "card" && this.#options.streams !== undefined;
    const current: Slot = {
      ...slot,
      edits: message.edits,
      ...(streams && { streams }),
    };
    try {
      const shown = await this.#put(current, { view, isGrowing, message, signal });
      if (shown === current) return slot;
      message.edits = shown.edits ?? 0;
      if (isGrowing && shown.uuid !== slot.uuid) {
        this.#growing.delete(slot.uuid);
        this.#growing.set(shown.uuid, message);
      }
      return shown;
    } catch (error) {
      // The edit may have taken effect.
      if (slot.messageId !== undefined && isRetryable(error)) message.edits++;
      throw error;
    } finally {
      if (!isGrowing) this.#options.streams?.forget(message.stream);
    }
  }

  /** What is known of a slot's message; kept as long as the message grows. */
  #message({ uuid, edits = 0 }: Slot, isGrowing: boolean): GrowingMessage {
    const known = this.#growing.get(uuid);
    if (!isGrowing) {
      this.#growing.delete(uuid);
      return known ?? { edits };
    }
    const message = known ?? { edits };
    this.#growing.set(uuid, message);
    return message;
  }

  /** Shows the view in the first form that Feishu takes. Resolves with `slot` when nothing had to be done. */
  async #put(slot: Slot, showing: Showing): Promise<Slot> {
    const { api, texts, log } = this.#options;
    const { view, isGrowing, message, signal } = showing;
    const messageId = slot.messageId ?? await findLostMessage(slot, { ...this.#options, signal });
    if (view.file !== undefined && messageId !== undefined) {
      return slot.messageId === undefined ? existing(slot, messageId, slot.edits ?? 0) : slot;
    }
    const content = view.file === undefined
      ? render(view, slot.mode, texts)
      : await api.upload(await unmoved(view.file, view.isTemporary), signal);
    if (isGrowing && messageId !== undefined && message.shown === content.content) return slot;
    message.shown = undefined;
    try {
      if (messageId === undefined) return await this.#create(slot, content, showing);
      await this.#edit({ ...slot, messageId }, content, showing);
      message.shown = content.content;
      return existing(slot, messageId, (slot.edits ?? 0) + 1);
    } catch (error) {
      const refused = messageId === undefined ? slot : { ...slot, messageId };
      const other = replacement(refused, error, isGrowing);
      if (other === undefined) throw error;
      const next = await this.#keepInTopic(slot, other, signal);
      const how = next.mode === slot.mode ? "afresh" : `as ${next.mode}`;
      log.warn(`message is sent ${how}: ${describe(error)}`);
      const shown = await this.#put(next, showing);
      if (messageId !== undefined && isCard(slot.mode) && shown.messageId !== messageId) {
        await this.#pointToAnswer({ ...slot, messageId }, showing);
      }
      return shown;
    }
  }

  /** Lets the replacement of a reply stay in its topic if there is a message to reply to. */
  async #keepInTopic(slot: Slot, next: Slot, signal: AbortSignal): Promise<Slot> {
    const { api, log } = this.#options;
    const { chatId, threadId, replyTo: gone } = slot.target;
    const uuid = `${slot.uuid}.n`;
    const isLeaving = threadId !== undefined && next.target.threadId === undefined;
    if (!isLeaving || slot.uuid.endsWith(".n")) return next;
    const last = await api.lastInTopic(threadId, signal).catch((error) => {
      if (isRetryable(error)) throw error;
      log.debug(`a topic cannot be read: ${describe(error)}`);
      return [];
    });
    const replyTo = last.find((id) => id !== gone);
    return replyTo === undefined ? next : { ...next, uuid, target: { chatId, threadId, replyTo } };
  }

  async #create(slot: Slot, content: Rendered, showing: Showing): Promise<Slot> {
    const { api } = this.#options;
    const { message, signal } = showing;
    const { messageId, createdAt } = await api.send(slot.target, content, slot.uuid, signal);
    const created = existing({ ...slot, ...(createdAt && { createdAt }) }, messageId, 0);
    const place = conversationKey(slot.target);
    // A message that an earlier request may have created can be older than others.
    if (!mayExist(slot)) this.#newest.set(place, messageId);
    this.#options.onSent(created);
    // An earlier request may have created the message, with an older text.
    if (mayExist(slot)) return await this.#put(created, showing);
    message.shown = content.content;
    return created;
  }

  async #edit(
    { messageId, streams: isStreamed }: Slot & { readonly messageId: string },
    content: Rendered,
    { isGrowing, message, signal }: Omit<Showing, "view">,
  ): Promise<void> {
    const { api, streams } = this.#options;
    if (streams !== undefined && isStreamed && content.type === "interactive") {
      const stream = message.stream?.messageId === messageId
        ? message.stream
        : streams.stream(messageId);
      if (message.stream !== stream) streams.forget(message.stream);
      message.stream = isGrowing ? stream : undefined;
      if (await streams.show(stream, content.content, isGrowing, signal)) return;
    }
    await api.edit(messageId, content, signal);
  }

  /** Lets a card that another message replaces say where the answer is. */
  async #pointToAnswer(
    slot: Slot & { readonly messageId: string },
    showing: Showing,
  ): Promise<void> {
    const { texts, log } = this.#options;
    const pointer = render({ status: "plain", note: texts.answerBelow }, "card", texts);
    await this.#edit(slot, pointer, { ...showing, isGrowing: false })
      .catch((error) => log.debug(`an old card stays as it is: ${describe(error)}`));
  }
}

/**
 * The path of a file to send, which has no links in it, unless it is one of our own. It was checked some time
 * ago, and the agent may have put a link to somewhere else into its place since.
 *
 * @throws {Deno.errors.NotFound} When the file is not there any more.
 */
async function unmoved(path: string, isOurs = false): Promise<string> {
  if (isOurs || await Deno.realPath(path) === path) return path;
  throw new Deno.errors.NotFound(`${path} is a link now`);
}

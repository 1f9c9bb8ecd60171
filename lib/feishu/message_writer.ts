import { describe, isRetryable } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Growth } from "../model/growth.ts";
import { conversationKey, type Target } from "../model/place.ts";
import type { ShowOptions } from "../model/show_options.ts";
import type { Slot } from "../model/slot.ts";
import type { View } from "../model/view.ts";
import type { Texts } from "../texts/texts.ts";
import type { CardStream } from "./card_stream.ts";
import { type CardStreams, streamThrottleMs } from "./card_streams.ts";
import { CardEdits } from "./card_edits.ts";
import { isCard, render } from "./draw/render.ts";
import type { Rendered } from "./draw/rendered.ts";
import { isSpent, pace } from "./edit_budget.ts";
import { type GrowingMessage, GrowingMessages } from "./growing_messages.ts";
import { keepInTopic } from "./keep_in_topic.ts";
import { livePaceMs } from "./live_pace.ts";
import { findLostMessage } from "./lost_message.ts";
import type { MessageApi } from "./message_api.ts";
import { NewestMessages } from "./newest_messages.ts";
import { cardMessage } from "./rest/cardkit.ts";
import { keepReplaced, settleReplaced } from "./settle_replaced.ts";
import { existing, insteadOf, mayExist, mayShowAlready, replacement } from "./slots.ts";
import { unmoved } from "./unmoved.ts";
import { UploadedFiles } from "./uploaded_files.ts";

/** What a {@linkcode MessageWriter} needs. */
export interface MessageWriterOptions {
  readonly api: MessageApi;
  readonly textsOf: (conversation: string) => Texts;
  readonly log: Log;
  /** Makes cards whose text is typed, and changes them. */
  readonly streams: CardStreams;
  /** Least milliseconds between two patches of a growing card. */
  readonly throttleMs: number;
  /** See `thrift`. */
  readonly thrift: () => number;
  /** The `uuid` of the slot of one of the bridge's own messages, empty if unknown; of others `undefined`. */
  readonly sentAs: (messageId: string) => Promise<string | undefined>;
  /** Called with the slot of each message that was created. */
  readonly onSent: (slot: Slot) => void;
}

/** One call of {@linkcode MessageWriter.show}. */
interface Showing {
  readonly view: View;
  readonly isGrowing: boolean;
  readonly message: GrowingMessage;
  readonly signal: AbortSignal;
  /** Stores a slot before the request that is made for it. */
  readonly keep?: (slot: Slot) => Promise<void>;
  /** See `ShowOptions`. */
  readonly keepReplaced?: ShowOptions["keepReplaced"];
}

/** Writes views into messages: creates, edits and streams them, within the limits of each form. */
export class MessageWriter {
  readonly #options: MessageWriterOptions;
  readonly #growing = new GrowingMessages();
  readonly #edits: CardEdits;
  readonly #uploads = new UploadedFiles();
  readonly #newest = new NewestMessages();

  constructor(options: MessageWriterOptions) {
    this.#options = options;
    this.#edits = new CardEdits(options.log, options.api.back);
  }

  /** The newest message of ours in a place, if it is known. */
  newest(target: Target): string | undefined {
    return this.#newest.of(target);
  }

  /** Learns the newest messages of an earlier run, by the key of their chat or topic. */
  learnNewest(newest: ReadonlyMap<string, string>): void {
    this.#newest.learn(newest);
  }

  /** Somebody clicked on a message's card: what it was to show is shown again, if the click may take it back. */
  clicked(messageId: string): void {
    this.#edits.clicked(messageId);
  }

  /** See `Chat.paceMs`. */
  paceMs({ uuid, mode, edits = 0 }: Slot, growth: Growth): number {
    const { throttleMs } = this.#options;
    const thrift = this.#options.thrift();
    const message = this.#growing.get(uuid);
    const isStreamed = message?.stream !== undefined;
    const isFast = isStreamed && thrift === 0;
    const leastMs = isFast ? streamThrottleMs(throttleMs) : throttleMs;
    if (!isCard(mode)) return pace(message?.edits ?? edits, leastMs);
    return livePaceMs(growth, { throttleMs: leastMs, thrift, isStreamed });
  }

  /** See `Chat.show`. */
  async show(slot: Slot, view: View, options: ShowOptions): Promise<Slot> {
    const { stage, signal, keep, keepReplaced } = options;
    const isGrowing = stage === "growing";
    const message = this.#growing.of(slot, isGrowing);
    if (stage !== "final" && isSpent(slot.mode, message.edits)) return slot;
    const current: Slot = { ...slot, edits: message.edits };
    const keepMoved = keep && (async (next: Slot) => {
      this.#growing.move(message, next.uuid);
      await keep(next);
    });
    const wanted = { view, isGrowing, message, signal, keepReplaced };
    const showing: Showing = keepMoved ? { ...wanted, keep: keepMoved } : wanted;
    try {
      const shown = await this.#put(current, showing);
      this.#uploads.forget(slot.uuid);
      if (shown === current) return slot;
      message.edits = shown.edits ?? 0;
      this.#growing.move(message, shown.uuid);
      return shown;
    } catch (error) {
      // The edit may have taken effect.
      if (slot.messageId !== undefined && isRetryable(error)) message.edits++;
      if (!isRetryable(error)) this.#uploads.forget(slot.uuid);
      throw error;
    }
  }

  /** See {@linkcode settleReplaced}. */
  async settle(slot: Slot, signal: AbortSignal): Promise<void> {
    const how = { isGrowing: false, message: this.#growing.of(slot, false), signal };
    const edit = (content: Rendered) => this.#edit(slot, content, how);
    await settleReplaced(slot, { ...this.#options, edit, signal });
  }

  /** Shows the view in the first form that Feishu takes. Resolves with `slot` when nothing had to be done. */
  #put(slot: Slot, showing: Showing): Promise<Slot> {
    const { messageId } = slot;
    return messageId === undefined
      ? this.#putNew(slot, showing)
      : this.#putKnown(slot, messageId, showing);
  }

  /** Creates the message of a slot, unless an earlier request has: then that one shows the view. */
  async #putNew(slot: Slot, showing: Showing): Promise<Slot> {
    const { view, message, signal } = showing;
    // The edit of the message before was refused, so that of this one may be, too.
    const isSame = mayShowAlready(slot, view);
    const lost = await this.#findLost(slot, showing);
    if (lost !== undefined) {
      await keepReplaced(slot, showing);
      const found = existing(slot, lost, isSame ? 0 : slot.edits ?? 0);
      return isSame ? found : await this.#changeKnown(found, showing);
    }
    const content = view.file === undefined
      ? this.#render(slot, view)
      : await this.#uploads.of(slot.uuid, () => this.#upload(view, signal));
    message.shown = undefined;
    const current = await this.#withCard(slot, content, showing);
    let created: Slot;
    try {
      created = await this.#create(current, content, signal);
    } catch (error) {
      return await this.#replace(current, error, showing);
    }
    await keepReplaced(slot, showing);
    // An earlier request may have created the message, or made its card, with an older text.
    const isOlder = mayExist(slot) || slot.card !== undefined;
    if (isOlder && !isSame) return await this.#changeKnown(created, showing);
    message.shown = content.content;
    return created;
  }

  /** Edits a message that exists. A file stays what it is. */
  async #putKnown(slot: Slot, messageId: string, showing: Showing): Promise<Slot> {
    const { view, isGrowing, message } = showing;
    if (view.file !== undefined) return slot;
    const content = this.#render(slot, view);
    if (isGrowing && message.shown === content.content) return slot;
    message.shown = undefined;
    try {
      await this.#edit(slot, content, showing);
    } catch (error) {
      return await this.#replace(slot, error, showing);
    }
    message.shown = content.content;
    return existing(slot, messageId, (slot.edits ?? 0) + 1);
  }

  #render({ mode, target }: Slot, view: View): Rendered {
    return render(view, mode, this.#options.textsOf(conversationKey(target)));
  }

  /** Shows the view in a message that exists, which no later attempt has to send or to look for. */
  async #changeKnown(slot: Slot, showing: Showing): Promise<Slot> {
    await showing.keep?.(slot);
    return await this.#put(slot, showing);
  }

  async #upload(
    { file = "", fileName, isTemporary }: View,
    signal: AbortSignal,
  ): Promise<Rendered> {
    return await this.#options.api.upload(await unmoved(file, isTemporary), signal, fileName);
  }

  /** See {@linkcode findLostMessage}. */
  #findLost(slot: Slot, showing: Showing, isRefused = false): Promise<string | undefined> {
    const { view, signal } = showing;
    const isFile = view.file !== undefined;
    return findLostMessage(slot, { ...this.#options, signal, isFile, isRefused });
  }

  /** Shows the view in another message, or another form, after an error that refuses this one. */
  async #replace(slot: Slot, error: unknown, showing: Showing): Promise<Slot> {
    const { log } = this.#options;
    const { view, message, isGrowing, signal, keep } = showing;
    const { messageId } = slot;
    const other = replacement(slot, error, isGrowing);
    const isOther = other?.messageId !== messageId;
    // A later attempt would take a message that is not stored for its own.
    if (other === undefined || (isOther && messageId && keep === undefined)) throw error;
    // An earlier request may have created it.
    const lost = messageId === undefined ? await this.#findLost(slot, showing, true) : undefined;
    if (lost !== undefined) {
      await keepReplaced(slot, showing);
      return await this.#changeKnown({ ...slot, messageId: lost }, showing);
    }
    let next = await keepInTopic(slot, other, this.#options, signal);
    const how = next.mode === slot.mode ? "afresh" : `as ${next.mode}`;
    log.warn(`message is sent ${how}: ${describe(error)}`);
    if (next.messageId === undefined) {
      message.stream = undefined;
      message.isOrdinary = true;
      if (slot.card !== undefined || messageId !== undefined) {
        // Later, Feishu may take the card after all, or have forgotten the `uuid`.
        next = insteadOf(slot, next, { view, error, newest: this.newest(next.target) });
        await keep?.(next);
      }
    }
    return await this.#put(next, showing);
  }

  /**
   * The slot with a card of CardKit that shows `content`, if its message is going to grow and nothing was sent for
   * it yet. It is stored before the message is sent.
   */
  async #withCard(
    slot: Slot,
    content: Rendered,
    { isGrowing, message, keep, signal }: Showing,
  ): Promise<Slot> {
    const isOrdinary = message.isOrdinary || mayExist(slot) || slot.mode !== "card";
    if (slot.card !== undefined || keep === undefined || !isGrowing || isOrdinary) return slot;
    message.stream = await this.#options.streams.make(content.content, signal);
    message.isOrdinary = message.stream === undefined;
    if (message.stream === undefined) return slot;
    const { card } = message.stream;
    await keep({ ...slot, card });
    return { ...slot, card };
  }

  async #create(slot: Slot, content: Rendered, signal: AbortSignal): Promise<Slot> {
    const { api, onSent } = this.#options;
    const hasCard = slot.card !== undefined && content.type === "interactive";
    const sent = hasCard ? cardMessage(slot.card.id) : content;
    const { messageId, createdAt } = await api.send(slot.target, sent, slot.uuid, signal);
    const created = existing({ ...slot, ...(createdAt && { createdAt }) }, messageId, 0);
    // A message that an earlier request may have created can be older than others.
    if (!mayExist(slot)) this.#newest.note(slot.target, messageId);
    onSent(created);
    return created;
  }

  async #edit(
    slot: Slot,
    content: Rendered,
    { isGrowing, message, signal }: Omit<Showing, "view">,
  ): Promise<void> {
    const { api, streams } = this.#options;
    const { messageId } = slot;
    const stream = this.#stream(slot, message);
    message.stream = isGrowing ? stream : undefined;
    const edit = async (isAgain: boolean) => {
      if (isAgain) stream?.forget();
      if (stream === undefined) {
        if (messageId !== undefined) await api.edit(messageId, content, signal);
      } else if (isGrowing) {
        await streams.show(stream, content.content, signal);
      } else {
        await streams.end(stream, content.content, signal);
      }
    };
    if (messageId === undefined || content.type !== "interactive") return await edit(false);
    await this.#edits.run(messageId, edit, signal);
  }

  /** The stream of a slot's card; `undefined` for a message that is patched or edited. */
  #stream({ card, messageId }: Slot, { stream: known }: GrowingMessage): CardStream | undefined {
    if (card === undefined) return undefined;
    const stream = known?.card.id === card.id ? known : this.#options.streams.stream(card);
    stream.messageId = messageId;
    return stream;
  }
}

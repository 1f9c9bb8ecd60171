import { ApiError, describe, isRetryable } from "../errors.ts";
import { codeMeaning } from "../feishu/codes.ts";
import { render, simpler } from "../feishu/render.ts";
import type { Rendered, RenderMode, View } from "../feishu/view.ts";
import type { Log } from "../log.ts";
import { newId, type Row, type Slot, type Store, type Target } from "../store.ts";
import type { Texts } from "../texts.ts";
import { LiveMessage } from "./live_message.ts";
import { Poke } from "./poke.ts";

/** What delivery needs of a chat platform; each method is one attempt. */
export interface Chat {
  /** Creates a message and returns its id; the same `uuid` within an hour makes one message. */
  send(target: Target, message: Rendered, uuid: string, signal: AbortSignal): Promise<string>;
  /** Replaces a message's content. */
  edit(messageId: string, message: Rendered, signal: AbortSignal): Promise<void>;
}

/** What a {@linkcode Delivery} needs. */
export interface DeliveryOptions {
  readonly chat: Chat;
  readonly store: Store;
  readonly texts: Texts;
  readonly log: Log;
  /** How messages are drawn as long as the platform takes it. */
  readonly mode: RenderMode;
  /** Least milliseconds between two live edits of one message. */
  readonly throttleMs: number;
  /** Ends all sending; what is in the ledger stays there. */
  readonly signal: AbortSignal;
}

/** The longest wait between two attempts to deliver a row, in milliseconds. */
const MAX_WAIT_MS = 60_000;

/**
 * Brings the chat to show what it should show. Live edits show the newest state and may be skipped;
 * rows of the ledger arrive, once, in the order of their conversation, however long it takes.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #draining = new Map<string, Promise<void>>();
  readonly #retryNow = new Poke();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** A message of ours that does not exist yet. */
  slot(target: Target): Slot {
    return { uuid: newId(), target, mode: this.#options.mode };
  }

  /** A ledger row for a message of its own, or for the last state of one that was live. */
  row(conversation: string, slot: Slot, view: View): Row {
    return { id: newId(), conversation, slot, view, createdAt: Date.now() };
  }

  /**
   * A message that follows a changing state.
   *
   * @param onSlot Called when the message came into being, or had to be replaced by another.
   */
  live(slot: Slot, onSlot: (slot: Slot) => Promise<void>): LiveMessage {
    const { throttleMs, signal, log } = this.#options;
    return new LiveMessage({
      slot,
      onSlot,
      throttleMs,
      signal,
      log,
      put: (slot, view) => this.#put(slot, view),
    });
  }

  /** Sends a conversation's rows, unless that is under way. Call it after each commit of rows. */
  wake(conversation: string): void {
    if (this.#draining.has(conversation)) return;
    const draining = this.#drain(conversation)
      .catch((error) => {
        if (!this.#options.signal.aborted) {
          this.#options.log.error(`cannot read the ledger: ${describe(error)}`);
        }
      })
      .finally(() => this.#draining.delete(conversation));
    this.#draining.set(conversation, draining);
  }

  /** Tries again at once what waits for a better moment: the network seems to be back. */
  retryNow(): void {
    this.#retryNow.poke();
  }

  /** Resolves when nothing is under way any more; after an abort that is soon. */
  async settled(): Promise<void> {
    await Promise.all(this.#draining.values());
  }

  async #drain(conversation: string): Promise<void> {
    const { store, signal } = this.#options;
    for (;;) {
      const row = (await store.rows(conversation)).find((row) => !row.undeliverable);
      if (row === undefined || signal.aborted) return;
      await this.#deliver(row);
    }
  }

  /** Tries until the row is delivered or the chat refuses it for good. */
  async #deliver(row: Row): Promise<void> {
    const { store, log, signal } = this.#options;
    // A create request may take effect although its answer is lost; the text may then be an older one.
    let unclear = row.slot.messageId === undefined && row.slot.triedAt !== undefined;
    if (row.slot.messageId === undefined && !unclear) {
      row = { ...row, slot: { ...row.slot, triedAt: Date.now() } };
      await store.commit({ rows: [row] });
    }
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        let slot = await this.#put(row.slot, row.view);
        if (unclear && slot.messageId !== undefined) slot = await this.#put(slot, row.view);
        await store.commit({ delivered: [row] });
        return;
      } catch (error) {
        if (signal.aborted) return;
        unclear ||= row.slot.messageId === undefined && isRetryable(error);
        const undeliverable = error instanceof ApiError && !error.retryable;
        row = { ...row, lastError: describe(error), undeliverable };
        await store.commit({ rows: [row] });
        if (undeliverable) {
          log.error(`the chat refuses message ${row.id} for good: ${describe(error)}`);
          return;
        }
        const waitMs = Math.min(1000 * 2 ** Math.min(failures, 10), MAX_WAIT_MS);
        const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
        log.warn(`message ${row.id} is not delivered yet: ${describe(error)}`);
        if (asked !== undefined) await this.#retryNow.wait(asked, signal, { pokable: false });
        else await this.#retryNow.wait(waitMs * (0.75 + Math.random() / 2), signal);
      }
    }
  }

  /**
   * Makes one message show a view: creates or edits it, in the first form that the platform takes.
   *
   * @returns The slot as it is now: the message that shows the view may be another one than before.
   */
  async #put(slot: Slot, view: View): Promise<Slot> {
    const { chat, texts, signal } = this.#options;
    const message = render(view, slot.mode, texts);
    try {
      if (slot.messageId === undefined) {
        const messageId = await chat.send(slot.target, message, slot.uuid, signal);
        return { ...slot, messageId, edits: 0 };
      }
      await chat.edit(slot.messageId, message, signal);
      return { ...slot, edits: (slot.edits ?? 0) + 1 };
    } catch (error) {
      const next = this.#instead(slot, error);
      if (next === undefined) throw error;
      this.#options.log.warn(
        `message is sent ${next.mode === slot.mode ? "afresh" : `as ${next.mode}`}: ${
          describe(error)
        }`,
      );
      const shown = await this.#put(next, view);
      if (slot.messageId !== undefined && slot.mode === "card") await this.#close(slot.messageId);
      return shown;
    }
  }

  /** The slot that takes the place of one that was refused, if there is another way. */
  #instead(slot: Slot, error: unknown): Slot | undefined {
    if (!(error instanceof ApiError) || typeof error.code !== "number") return undefined;
    const { target: { chatId, replyTo }, mode } = slot;
    switch (codeMeaning(error.code).reaction) {
      case "resend": {
        if (slot.messageId !== undefined) {
          return { uuid: `${slot.uuid}.e`, target: slot.target, mode };
        }
        if (replyTo === undefined) return undefined;
        return { uuid: `${slot.uuid}.r`, target: { chatId }, mode };
      }
      case "degrade": {
        const less = simpler(mode);
        return less && { uuid: `${slot.uuid}.${less}`, target: slot.target, mode: less };
      }
      default:
        return undefined;
    }
  }

  /** Says on a card that could not be brought up to date where the answer is. */
  async #close(messageId: string): Promise<void> {
    const { chat, texts, signal, log } = this.#options;
    const view: View = { status: "plain", note: texts.answerBelow };
    await chat.edit(messageId, render(view, "card", texts), signal)
      .catch((error) => log.debug(`an old card stays as it is: ${describe(error)}`));
  }
}

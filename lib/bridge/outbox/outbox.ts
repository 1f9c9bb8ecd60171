import { retry } from "@std/async";
import { backoff } from "../../base/backoff.ts";
import { ApiError, describe, isRetryable } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { Wakeup } from "../../base/wakeup.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { Chat, ReactionMark } from "../../model/ports.ts";
import type { Slot } from "../../model/slot.ts";
import type { View } from "../../model/view.ts";
import type { Store } from "../../store/store.ts";
import { LiveMessage, type SlotHolder } from "./live_message.ts";

/** What an {@linkcode Outbox} needs. */
export interface OutboxOptions {
  readonly chat: Pick<Chat, "markAttempted" | "show" | "react" | "paceMs">;
  readonly store: Store;
  readonly log: Log;
  /** Ends all sending. Unsent rows stay in the ledger. */
  readonly signal: AbortSignal;
}

/** How long a row waits between two attempts if the network or the server fails. */
const BACKOFF = { firstMs: 2_000, maxMs: 15_000 };
/** How long a row waits between two attempts if the chat refuses it. */
const REFUSED_BACKOFF = { firstMs: 2_000, maxMs: 5 * 60_000 };

/** A row that the chat refused. It is never given up, because somebody may remove the obstacle. */
interface RefusedRow {
  readonly chatId: string;
  times: number;
  /** Whether it waits for its next attempt, while other rows are sent. */
  isResting: boolean;
  readonly retry: Wakeup;
}

/**
 * Sends the rows of the ledger. Each row arrives exactly once, in the order of its conversation, however
 * long it takes. A commit of rows wakes the outbox.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  /** Conversation key → the current sending of its rows. */
  readonly #draining = new Map<string, Promise<void>>();
  readonly #refused = new Map<string, RefusedRow>();
  readonly #retryNow = new Wakeup();
  /** The id of a row → what to call when it has been delivered. */
  readonly #watched = new Map<string, (row: LedgerRow) => void>();

  constructor(options: OutboxOptions) {
    this.#options = options;
    options.store.watchRows((conversation) => this.#wake(conversation));
  }

  /** Sends the rows that an earlier run of the program left. */
  async resume(): Promise<void> {
    const rows = await this.#options.store.rows();
    for (const conversation of new Set(rows.map((row) => row.conversation))) {
      this.#wake(conversation);
    }
  }

  /** Calls `onShown` with a row whenever it was delivered, until {@linkcode Outbox.unwatch}. */
  watch(id: string, onShown: (row: LedgerRow) => void): void {
    this.#watched.set(id, onShown);
  }

  /** Ends {@linkcode Outbox.watch}. */
  unwatch(id: string): void {
    this.#watched.delete(id);
  }

  /** Retries all waiting rows at once, when the network seems to be back. */
  retryNow(): void {
    this.#retryNow.notify();
    for (const { retry } of this.#refused.values()) retry.notify();
  }

  /** Retries the rows that a chat refused, after it has accepted another message. */
  retryChat(chatId: string): void {
    for (const row of this.#refused.values()) if (row.chatId === chatId) row.retry.notify();
  }

  /** Makes one attempt to show a view without the ledger, while the disk refuses; never rejects. */
  async sendOnce(slot: Slot, view: View): Promise<void> {
    const { chat, signal, log } = this.#options;
    await chat.show(chat.markAttempted(slot), view, { stage: "final", signal })
      .catch((error) => log.warn(describe(error)));
  }

  /** A message that follows a changing state. Like the rows, it is sent until the outbox ends. */
  live(holder: SlotHolder): LiveMessage {
    return new LiveMessage(holder, this.#options);
  }

  /** Adds a reaction to a person's message, in at most three attempts. */
  react(messageId: string, mark: ReactionMark): void {
    const { chat, signal, log } = this.#options;
    if (messageId === "") return;
    retry(() => chat.react(messageId, mark, signal), {
      maxAttempts: 3,
      jitter: 0.3,
      isRetriable: isRetryable,
      signal,
    }).catch((error) => log.debug(`cannot react to a message: ${describe(error)}`));
  }

  /** Resolves when all sending has ended. Call it after the signal has aborted. */
  async settled(): Promise<void> {
    await Promise.all(this.#draining.values());
  }

  #wake(conversation: string): void {
    const { signal, log } = this.#options;
    // A current run may already have read the rows, so another one follows it.
    const done = (this.#draining.get(conversation) ?? Promise.resolve())
      .then(() => this.#drain(conversation))
      .catch((error) => {
        if (!signal.aborted) log.error(`cannot read the ledger: ${describe(error)}`);
      })
      .finally(() => {
        if (this.#draining.get(conversation) === done) this.#draining.delete(conversation);
      });
    this.#draining.set(conversation, done);
  }

  async #drain(conversation: string): Promise<void> {
    const { store, signal } = this.#options;
    while (!signal.aborted) {
      const rows = await store.rows(conversation);
      const row = rows.find(({ id, shown }) => !shown && !this.#refused.get(id)?.isResting);
      if (row === undefined) return;
      await this.#deliver(row);
    }
  }

  /** Retries until the row is delivered or the chat refuses it. */
  async #deliver(row: LedgerRow): Promise<void> {
    const { store, log, signal } = this.#options;
    for (let failures = 0; !signal.aborted;) {
      try {
        const slot = await this.#send(row);
        await this.#markDelivered(row, slot);
        return;
      } catch (error) {
        if (signal.aborted) return;
        // A missing file may come back later, so it counts as refused.
        const isRefused = error instanceof Deno.errors.NotFound ||
          (error instanceof ApiError && !error.retryable);
        const lastError = describe(error);
        // A refused attempt created no message.
        const slot = isRefused && { slot: row.slot };
        await store.updateRow(row, (now) => now && { ...now, ...slot, lastError });
        log.warn(`message ${row.id} is not delivered yet: ${lastError}`);
        if (isRefused) return this.#postpone(row);
        failures++;
        await this.#retryNow.wait(backoff(failures, BACKOFF), signal);
        row = await store.row(row.conversation, row.id) ?? row;
      }
    }
  }

  /** Makes one attempt to send a row; resolves with the slot of its message. */
  async #send(row: LedgerRow): Promise<Slot> {
    const { store, chat, signal } = this.#options;
    const slot = chat.markAttempted(row.slot);
    if (slot !== row.slot) await store.updateRow(row, (now) => now && { ...now, slot });
    return await chat.show(slot, row.view, { stage: "final", signal });
  }

  async #markDelivered(row: LedgerRow, slot: Slot): Promise<void> {
    // If the row changed while it was being sent, it is delivered once more.
    const { shownAt = Date.now() } = row;
    await this.#options.store.updateRow(row, (now) => {
      const isCurrent = JSON.stringify(now?.view) === JSON.stringify(row.view);
      if (now === undefined || (isCurrent && !now.keep)) return undefined;
      return { ...now, slot, shown: isCurrent, shownAt };
    }, slot);
    this.#watched.get(row.id)?.({ ...row, slot, shownAt });
    this.#refused.delete(row.id);
    this.retryChat(slot.target.chatId);
    const { file, isTemporary } = row.view;
    // If this fails, the next start deletes the file.
    if (file !== undefined && isTemporary) await Deno.remove(file).catch(() => {});
  }

  /** Schedules the next attempt for a refused row. */
  #postpone({ id, conversation, slot }: LedgerRow): void {
    const { signal } = this.#options;
    const { chatId } = slot.target;
    const row = this.#refused.get(id) ?? { chatId, times: 0, isResting: true, retry: new Wakeup() };
    this.#refused.set(id, row);
    row.times++;
    row.isResting = true;
    row.retry.wait(backoff(row.times, REFUSED_BACKOFF), signal).then(() => {
      row.isResting = false;
      if (!signal.aborted) this.#wake(conversation);
    });
  }
}

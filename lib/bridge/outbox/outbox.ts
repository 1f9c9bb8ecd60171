import { describe, isRetryable, isSameTrouble, retryAfter } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { pause, Wakeup } from "../../base/waiting/wakeup.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { Chat, ReactionMark } from "../../model/ports.ts";
import type { Slot } from "../../model/slot.ts";
import type { View } from "../../model/view.ts";
import { removeTemporaryFile } from "../../store/files/kept_files.ts";
import { MovedError } from "../../store/moved_error.ts";
import type { Store } from "../../store/store.ts";
import { maySend } from "../machines/is_ours.ts";
import type { Attempt } from "./attempt.ts";
import { busyWaitMs } from "./busy_wait.ts";
import { keepReplaced } from "./keep_replaced.ts";
import { lastResort, type LastResortOptions, replaceRow } from "./last_resort.ts";
import { LiveMessage, type SlotHolder } from "./live_message.ts";
import { Reactions } from "./reactions.ts";
import { Repeats } from "./repeats.ts";
import { RestingRows } from "./resting_rows.ts";
import type { Sending } from "./sending.ts";
import { isSideRow, SideRows, type SideRowsOptions } from "./side_rows.ts";
import { type OnShown, strikeOff } from "./strike_off.ts";
import { Waits } from "./waits.ts";

/** What an {@linkcode Outbox} needs. */
export interface OutboxOptions
  extends
    Pick<LastResortOptions, "languages" | "maxMessageLength">,
    Pick<SideRowsOptions, "uploadMs"> {
  readonly chat: Chat;
  readonly store: Store;
  readonly log: Log;
  /** Whether the network is known to work: if not, a failure says nothing about a row. */
  readonly isOnline: () => boolean;
  /** Ends all sending. Unsent rows stay in the ledger. */
  readonly signal: AbortSignal;
}

/** After so many failures in a row, one more row may be tried behind those that fail. */
const PASS_AFTER = 3;
/** How long {@linkcode Outbox.sent} waits at most, in milliseconds. */
const SENT_MS = 10_000;

/**
 * Sends the rows of the ledger. Each row arrives exactly once, however long it takes, in the order of its
 * conversation. A row that fails while others get through rests and lets them pass. One that can never
 * arrive is replaced by what can. A commit of rows wakes the outbox.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  /** Conversation key → the current sending of its rows. */
  readonly #sending = new Map<string, Sending>();
  readonly #resting: RestingRows;
  /** The reactions to people's messages. */
  readonly reactions: Reactions;
  readonly #repeats = new Repeats();
  readonly #beside: SideRows;
  readonly #retryNow = new Wakeup();
  readonly #waits = new Waits(this.#retryNow);
  /** The id of a row → what to call when it has been delivered. */
  readonly #watched = new Map<string, OnShown>();

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.reactions = new Reactions({ ...options, retryNow: this.#retryNow });
    const onDue = (conversation: string) => this.wake(conversation);
    this.#resting = new RestingRows({ onDue, signal: options.signal });
    this.#beside = new SideRows({
      ...options,
      deliver: (row) => this.#deliver(row),
      onFailed: (row, error) => {
        this.#resting.failed(row, "stuck");
        if (options.signal.aborted) return;
        options.log.error(`cannot save message ${row.id}: ${describe(error)}`);
      },
      // It may have been due again before that.
      onDone: ({ conversation }) => this.wake(conversation),
    });
    options.store.watchRows(onDue);
  }

  /** Sends the rows that an earlier run of the program left. @param known Their conversations, if they are known. */
  async resume(known?: readonly string[]): Promise<void> {
    const all = known ?? (await this.#options.store.rows()).map(({ conversation }) => conversation);
    new Set(all).forEach((one) => this.wake(one));
  }

  /** Calls `onShown` with a row whenever it was delivered, until `unwatch`. The last one who watches a row counts. */
  watch = (id: string, onShown: OnShown): void => void this.#watched.set(id, onShown);

  /** Ends {@linkcode Outbox.watch}. */
  unwatch = (id: string): void => void this.#watched.delete(id);

  /** Retries all that waits at once, when the network seems to be back, or calls are possible again. */
  retryNow(): void {
    this.#retryNow.notify();
    this.#resting.wakeAll();
  }

  /** Retries the rows that a chat refused, after it has accepted another message. */
  retryChat = (chatId: string): void => this.#resting.wakeRefused(chatId);

  /** Makes one attempt to show a view without the ledger, while the disk refuses; never rejects. */
  async sendOnce(slot: Slot, view: View): Promise<void> {
    const { chat, signal, log } = this.#options;
    await chat.show(chat.markAttempted(slot), view, { stage: "final", signal })
      .catch((error) => log.warn(describe(error)));
  }

  /** A message that follows a changing state, which has `asked` so often. It is sent until the outbox ends. */
  live(holder: SlotHolder, conversation: string, asked = () => 0): LiveMessage {
    const more = { retryNow: this.#retryNow, ...keepReplaced(conversation, this.#options.store) };
    return new LiveMessage(holder, { ...this.#options, asked, ...more });
  }

  /** Adds a reaction to a person's message, if there is one. */
  react = (messageId: string, mark: ReactionMark): void => this.reactions.add(messageId, mark);

  /** Resolves when the rows of a conversation are sent, or after some seconds. */
  async sent(conversation: string): Promise<void> {
    const done = this.#sending.get(conversation)?.done ?? Promise.resolve();
    await pause(SENT_MS, this.#options.signal, done);
  }

  /** Resolves when all sending has ended. Call it after the signal has aborted. */
  async settled(): Promise<void> {
    while (this.#sending.size + this.#beside.all.length > 0) {
      await Promise.all([...this.#sending.values().map(({ done }) => done), ...this.#beside.all]);
    }
  }

  /** Sends the rows of a conversation, if this machine sends them. */
  wake(conversation: string): void {
    if (!maySend(this.#options.store, conversation)) return;
    const current = this.#sending.get(conversation);
    if (current !== undefined) {
      current.isWanted = true;
      return;
    }
    const sending: Sending = { done: Promise.resolve(), isWanted: false, busyUntil: 0 };
    this.#sending.set(conversation, sending);
    sending.done = this.#sendAll(conversation, sending);
  }

  /** Sends the rows of a conversation until none can be sent; never rejects. */
  async #sendAll(conversation: string, sending: Sending): Promise<void> {
    const { log, signal } = this.#options;
    for (let failures = 0; !signal.aborted;) {
      sending.isWanted = false;
      try {
        await this.#drain(conversation, sending);
        if (!sending.isWanted) break;
        failures = 0;
      } catch (error) {
        // It went to another machine, which sends the rest.
        if (signal.aborted || error instanceof MovedError) break;
        log.error(`cannot send the messages of ${conversation}: ${describe(error)}; trying again`);
        await this.#waits.wait(++failures, signal);
      }
    }
    this.#sending.delete(conversation);
  }

  async #drain(conversation: string, sending: Sending): Promise<void> {
    const { store, isOnline, signal } = this.#options;
    const suspects = new Set<string>();
    for (let failures = 0, busy = 0; !signal.aborted;) {
      if (!maySend(store, conversation)) return;
      const rows = (await store.rows(conversation)).filter((row) =>
        maySend(store, conversation, row) && !this.#resting.has(row.id) &&
        !this.#beside.has(row.id)
      );
      if (rows.length === 0) return;
      const passing = isOnline() ? Math.floor(failures / PASS_AFTER) : 0;
      // An attempt that hangs may fail after the network has come back.
      const since = this.#retryNow.count;
      if (await this.#tryInOrder(rows.slice(0, 1 + passing), suspects)) {
        failures = busy = 0;
        continue;
      }
      const busyMs = sending.busyUntil - performance.now();
      if (busyMs > 0) await this.#retryNow.wait(busyWaitMs(++busy, busyMs), signal, since);
      else await this.#waits.wait(++failures, signal, since);
    }
  }

  /**
   * Tries rows until one gets through or is put aside; returns whether one was. Each attempt begins with the
   * first row, so that they stay in order when the network comes back.
   *
   * @param suspects The ids of rows that failed while another got through. If one fails again, it rests.
   */
  async #tryInOrder(rows: readonly LedgerRow[], suspects: Set<string>): Promise<boolean> {
    const failed: LedgerRow[] = [];
    for (const row of rows) {
      switch (await this.#attempt(row)) {
        case "delivered":
          for (const { id } of failed) suspects.add(id);
          return true;
        case "aside":
          return true;
        case "busy":
          return false;
        case "failed":
          if (suspects.delete(row.id)) {
            this.#resting.failed(row, "stuck");
            return true;
          }
          failed.push(row);
      }
    }
    return false;
  }

  async #attempt(row: LedgerRow): Promise<Attempt> {
    const { log } = this.#options;
    const waitMs = this.#repeats.waitMs(row);
    if (waitMs > 0) {
      log.warn(`message ${row.id} waits: the same was sent to ${row.conversation} many times`);
      this.#resting.delay(row, waitMs);
      return "aside";
    }
    return isSideRow(row) ? await this.#beside.send(row) : await this.#deliver(row);
  }

  /** Makes one attempt to deliver a row. */
  async #deliver(row: LedgerRow): Promise<Attempt> {
    const { store, chat, signal } = this.#options;
    let slot: Slot;
    try {
      const keep = (slot: Slot) => store.updateRow(row, (now) => now && { ...now, slot });
      const attempted = chat.markAttempted(row.slot);
      if (attempted !== row.slot) await keep(attempted);
      const options = { signal, keep, ...keepReplaced(row.conversation, store) };
      slot = await chat.show(attempted, row.view, { stage: "final", ...options });
    } catch (error) {
      return signal.aborted ? "aside" : await this.#failed(row, error);
    }
    await this.#markDelivered(row, slot);
    return "delivered";
  }

  async #markDelivered(row: LedgerRow, slot: Slot): Promise<void> {
    this.#repeats.note(row);
    const { shown, ping } = await strikeOff(row, slot, this.#options);
    this.#watched.get(row.id)?.(shown, ping);
    this.#resting.forget(row.id);
    this.retryChat(slot.target.chatId);
    await removeTemporaryFile(row.view);
  }

  /** Notes a failure, and decides what it means for the other rows. */
  async #failed(row: LedgerRow, error: unknown): Promise<Attempt> {
    const lastError = describe(error);
    const attempt = isRetryable(error)
      ? await this.#failedForNow(row, error, lastError)
      : await this.#refused(row, error, lastError);
    const level = isSameTrouble(lastError, row.lastError) ? "debug" : "warn";
    this.#options.log[level](`message ${row.id} is not delivered yet: ${lastError}`);
    return attempt;
  }

  /** Notes a failure that may pass. */
  async #failedForNow(row: LedgerRow, error: unknown, lastError: string): Promise<Attempt> {
    await this.#options.store.updateRow(
      row,
      (now) =>
        now === undefined || isSameTrouble(lastError, now.lastError) ? now : { ...now, lastError },
    );
    const busyMs = retryAfter(error) ?? 0;
    if (isSideRow(row)) {
      this.#resting.failed(row, "stuck");
      return "aside";
    }
    const sending = this.#sending.get(row.conversation);
    if (sending) sending.busyUntil = performance.now() + busyMs;
    if (busyMs === 0 || row.slot.messageId === undefined) return busyMs > 0 ? "busy" : "failed";
    // An edit holds no place in the chat, and perhaps only its card is locked.
    this.#resting.busy(row, busyMs);
    return "aside";
  }

  /** Notes a refusal, after which the row rests or is replaced. */
  async #refused(row: LedgerRow, error: unknown, lastError: string): Promise<Attempt> {
    const refusals = this.#resting.failed(row, "refused");
    const instead = await lastResort(row, error, refusals, this.#options);
    if (instead !== undefined) {
      await replaceRow(row, instead, this.#options);
      this.#resting.wakeRefused(row.slot.target.chatId);
    } else {
      // A refused attempt created no message, unless it has said so.
      const { slot: before } = row;
      await this.#options.store.updateRow(row, (now) => {
        const slot = now?.slot.messageId === undefined ? before : now.slot;
        return now && { ...now, slot, lastError, isRefused: true };
      });
    }
    return "aside";
  }
}

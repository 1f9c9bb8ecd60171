import { retry } from "@std/async";
import { ApiError, describe, isRetryable } from "../../base/errors.ts";
import type { FeishuApi } from "../../feishu/rest/api.ts";
import type { View } from "../../model/view.ts";
import type { RenderMode } from "../../model/slot.ts";
import { newId, type Row, type Slot, type Target } from "../../model/records.ts";
import type { CardStreams } from "./card_streams.ts";
import { LiveMessage } from "./live_message.ts";
import type { Parts } from "../parts.ts";
import { Wakeup } from "../../base/wakeup.ts";
import { putView } from "./put_view.ts";

/** What delivery needs of a chat platform; each method is one attempt. */
export type Chat = Pick<FeishuApi, "send" | "edit" | "upload" | "ownMessages" | "react">;

/** What a reaction on a person's message says, in Feishu's names (its page of emoji types). */
const EMOJIS = {
  taken: "OnIt",
  done: "DONE",
  failed: "ERROR",
  cancelled: "CrossMark",
};

/** What a {@linkcode Delivery} needs. */
export interface DeliveryOptions extends Pick<Parts, "store" | "texts" | "log"> {
  readonly chat: Chat;
  /** How messages are drawn as long as the platform takes it. */
  readonly mode: RenderMode;
  /** Lets live cards grow by CardKit; without it they are patched. */
  readonly streams?: CardStreams;
  /** Least milliseconds between two live edits of one message. */
  readonly throttleMs: number;
  /** Ends all sending; what is in the ledger stays there. */
  readonly signal: AbortSignal;
}

/** The longest wait between two attempts to deliver a row, in milliseconds. */
const MAX_WAIT_MS = 15_000;
/** The same for a row that the chat refuses. */
const MAX_REST_MS = 5 * 60_000;

/** A row that the chat refused. Somebody may put right what is in the way, so it is never given up. */
interface Refused {
  readonly chatId: string;
  times: number;
  /** Waits for its next attempt; other rows pass it. */
  resting: boolean;
  readonly retry: Wakeup;
}

/**
 * Brings the chat to show what it should show. Live edits show the newest state and may be skipped;
 * rows of the ledger arrive, once, in the order of their conversation, however long it takes.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  /** The sending of each conversation's rows that is under way. */
  readonly #draining = new Map<string, Promise<void>>();
  readonly #refused = new Map<string, Refused>();
  readonly #retryNow = new Wakeup();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** A message of ours that does not exist yet. */
  slot(target: Target, uuid: string = newId()): Slot {
    return { uuid, target, mode: this.#options.mode };
  }

  /** A ledger row for a message. `id` stays the same where it can be made again after a crash. */
  row(conversation: string, slot: Slot, view: View, id: string = newId()): Row {
    return { id, conversation, slot, view, createdAt: Date.now() };
  }

  /** A message that follows a changing state; see {@linkcode LiveMessage}. */
  live(slot: Slot, onSlot: (slot: Slot) => Promise<void>): LiveMessage {
    const growing = this.#options.streams && slot.mode === "card";
    const onChange = async (slot: Slot) => {
      this.#takes(slot.target.chatId);
      await onSlot(slot);
    };
    const shown: Slot = growing ? { ...slot, streams: true } : slot;
    return new LiveMessage(shown, onChange, this.#options);
  }

  /** Puts a text into the ledger, and sends it. */
  async say(conversation: string, target: Target, text: string): Promise<void> {
    const row = this.row(conversation, this.slot(target), { status: "plain", text });
    await this.#options.store.commit({ rows: [row] });
    this.wake(conversation);
  }

  /** One attempt to say something when nothing can be written down; never rejects. */
  async tell(slot: Slot, view: View): Promise<void> {
    await putView(slot, view, this.#options).catch((error) =>
      this.#options.log.warn(describe(error))
    );
  }

  /** Marks a message of somebody's with what became of it; not worth more than a few attempts. */
  react(messageId: string, mark: keyof typeof EMOJIS): void {
    const { chat, signal, log } = this.#options;
    if (messageId === "") return;
    retry(() => chat.react(messageId, EMOJIS[mark], signal), {
      maxAttempts: 3,
      jitter: 0.3,
      isRetriable: isRetryable,
      signal,
    }).catch((error) => log.debug(`no reaction: ${describe(error)}`));
  }

  /** Sends a conversation's rows. Call it after each commit of rows. */
  wake(conversation: string): void {
    const { signal, log } = this.#options;
    // What is under way may have looked already, so it is looked again.
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

  /** Sends all that an earlier run of the program left. */
  async resume(): Promise<void> {
    const rows = await this.#options.store.rows();
    for (const conversation of new Set(rows.map((row) => row.conversation))) {
      this.wake(conversation);
    }
  }

  /** Tries again at once what waits for a better moment: the network seems to be back. */
  retryNow(): void {
    this.#retryNow.notify();
    for (const { retry } of this.#refused.values()) retry.notify();
  }

  /** Resolves when nothing is under way any more; after an abort that is soon. */
  async settled(): Promise<void> {
    await Promise.all(this.#draining.values());
  }

  async #drain(conversation: string): Promise<void> {
    const { store, signal } = this.#options;
    while (!signal.aborted) {
      const rows = await store.rows(conversation);
      const row = rows.find(({ id, shown }) => !shown && !this.#refused.get(id)?.resting);
      if (row === undefined) return;
      await this.#deliver(row);
    }
  }

  /** Tries until the row is delivered, or the chat refuses it. */
  async #deliver(row: Row): Promise<void> {
    const { store, log, signal } = this.#options;
    for (let failures = 0; !signal.aborted;) {
      try {
        const slot = await this.#send(row);
        // The row may have changed while it was on its way; then it is delivered once more.
        await store.changeRow(row, (now) => {
          const same = JSON.stringify(now?.view) === JSON.stringify(row.view);
          if (now === undefined || (same && !now.keep)) return undefined;
          return { ...now, slot, shown: same };
        }, slot);
        this.#refused.delete(row.id);
        this.#takes(slot.target.chatId);
        const { file, isTemporary } = row.view;
        // If that fails, it is done at the next start.
        if (file !== undefined && isTemporary) await Deno.remove(file).catch(() => {});
        return;
      } catch (error) {
        if (signal.aborted) return;
        // A file may be gone by now, and come back.
        const refused = error instanceof Deno.errors.NotFound ||
          (error instanceof ApiError && !error.retryable);
        const lastError = describe(error);
        // A refused attempt has made no message.
        const slot = refused && { slot: row.slot };
        await store.changeRow(row, (now) => now && { ...now, ...slot, lastError });
        log.warn(`message ${row.id} is not delivered yet: ${lastError}`);
        if (refused) return this.#rest(row);
        failures++;
        await this.#retryNow.wait(backoff(failures, MAX_WAIT_MS), signal);
        row = await store.row(row.conversation, row.id) ?? row;
      }
    }
  }

  /** Lets a row that was refused wait for its next attempt. */
  #rest({ id, conversation, slot }: Row): void {
    const { signal } = this.#options;
    const { chatId } = slot.target;
    const row = this.#refused.get(id) ?? { chatId, times: 0, resting: true, retry: new Wakeup() };
    this.#refused.set(id, row);
    row.times++;
    row.resting = true;
    row.retry.wait(backoff(row.times, MAX_REST_MS), signal).then(() => {
      row.resting = false;
      if (!signal.aborted) this.wake(conversation);
    });
  }

  /** A chat has taken something: it may take now what it refused. */
  #takes(chatId: string): void {
    for (const row of this.#refused.values()) if (row.chatId === chatId) row.retry.notify();
  }

  /** One attempt to bring a row into the chat; resolves with the message that shows it. */
  async #send(row: Row): Promise<Slot> {
    const { slot, view } = row;
    if (slot.messageId !== undefined) return await putView(slot, view, this.#options);
    const now = Date.now();
    const tried = { ...slot, triedAt: slot.triedAt ?? now, lastTriedAt: now };
    await this.#options.store.changeRow(row, (now) => now && { ...now, slot: tried });
    return await putView(slot, view, this.#options);
  }
}

/** Milliseconds to wait after so many failures in a row, less or more by a quarter. */
function backoff(failures: number, maxMs: number): number {
  return Math.min(1000 * 2 ** Math.min(failures, 20), maxMs) * (0.75 + Math.random() / 2);
}

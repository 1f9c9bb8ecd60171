import { backoff, type BackoffOptions } from "../../base/waiting/backoff.ts";
import { Wakeup } from "../../base/waiting/wakeup.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import { busyWaitMs } from "./busy_wait.ts";

/**
 * Why a row rests:
 * - `refused`: the chat refuses it; another message that it takes shows that it may take this one, too;
 * - `stuck`: it fails while others get through;
 * - `busy`: the chat takes its edit later;
 * - `repeated`: the same message was sent too often lately.
 */
export type RestReason = "refused" | "stuck" | "busy" | "repeated";

const BACKOFFS: Readonly<Record<Exclude<RestReason, "busy" | "repeated">, BackoffOptions>> = {
  refused: { firstMs: 2_000, maxMs: 5 * 60_000 },
  stuck: { firstMs: 5_000, maxMs: 5 * 60_000 },
};

interface RestingRow {
  readonly chatId: string;
  /** How often it rested for each reason. */
  readonly times: Partial<Record<RestReason, number>>;
  /** Not set while it may be sent. */
  reason?: RestReason | undefined;
  readonly retry: Wakeup;
}

/** What {@linkcode RestingRows} need. */
export interface RestingRowsOptions {
  /** Called with a conversation's key when one of its rows may be sent again. */
  readonly onDue: (conversation: string) => void;
  /** Ends all rests. */
  readonly signal: AbortSignal;
}

/** The rows that wait for their next attempt while others are sent. None is ever given up. */
export class RestingRows {
  readonly #options: RestingRowsOptions;
  readonly #rows = new Map<string, RestingRow>();

  constructor(options: RestingRowsOptions) {
    this.#options = options;
  }

  /** Whether a row rests. */
  has(id: string): boolean {
    return this.#rows.get(id)?.reason !== undefined;
  }

  /** Lets a row rest, with backoff; returns how often it has rested for this reason. */
  failed(row: LedgerRow, reason: keyof typeof BACKOFFS): number {
    return this.#rest(row, reason, (times) => backoff(times, BACKOFFS[reason]));
  }

  /** Lets a row wait at least `ms` milliseconds, after which the chat takes its edit. */
  busy(row: LedgerRow, ms: number): void {
    this.#rest(row, "busy", (times) => busyWaitMs(times, ms));
  }

  /** Lets a row wait `ms` milliseconds, because the same message was sent too often. */
  delay(row: LedgerRow, ms: number): void {
    this.#rest(row, "repeated", () => ms);
  }

  /** Forgets a row that is delivered. */
  forget(id: string): void {
    this.#rows.delete(id);
  }

  /** Ends the rest of all rows that failed. */
  wakeAll(): void {
    for (const { reason, retry } of this.#rows.values()) if (reason !== "repeated") retry.notify();
  }

  /** Ends the rest of the rows that a chat refused. */
  wakeRefused(chat: string): void {
    for (const { chatId, reason, retry } of this.#rows.values()) {
      if (chatId === chat && reason === "refused") retry.notify();
    }
  }

  #rest(
    { id, conversation, slot }: LedgerRow,
    reason: RestReason,
    waitMs: (times: number) => number,
  ): number {
    const { onDue, signal } = this.#options;
    const { chatId } = slot.target;
    const row: RestingRow = this.#rows.get(id) ?? { chatId, times: {}, retry: new Wakeup() };
    this.#rows.set(id, row);
    const times = row.times[reason] = (row.times[reason] ?? 0) + 1;
    row.reason = reason;
    // The wait never rejects.
    void row.retry.wait(waitMs(times), signal).then(() => {
      row.reason = undefined;
      if (!signal.aborted) onDue(conversation);
    });
    return times;
  }
}

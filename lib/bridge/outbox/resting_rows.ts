import { backoff, type BackoffOptions } from "../../base/backoff.ts";
import { Wakeup } from "../../base/wakeup.ts";
import type { LedgerRow } from "../../model/ledger.ts";

/**
 * Why a row rests:
 * - `refused`: the chat refuses it; another message that it takes shows that it may take this one, too;
 * - `stuck`: it fails while others get through;
 * - `repeated`: the same message was sent too often lately.
 */
export type RestReason = "refused" | "stuck" | "repeated";

const BACKOFFS: Readonly<Record<Exclude<RestReason, "repeated">, BackoffOptions>> = {
  refused: { firstMs: 2_000, maxMs: 5 * 60_000 },
  stuck: { firstMs: 5_000, maxMs: 5 * 60_000 },
};

interface RestingRow {
  readonly chatId: string;
  /** How often it failed in a row. */
  failures: number;
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

  /** Lets a row rest, with backoff; returns how often it failed in a row. */
  failed({ id, conversation, slot }: LedgerRow, reason: keyof typeof BACKOFFS): number {
    const row = this.#row(id, slot.target.chatId);
    row.failures++;
    this.#rest(row, conversation, reason, backoff(row.failures, BACKOFFS[reason]));
    return row.failures;
  }

  /** Lets a row wait `ms` milliseconds, because the same message was sent too often. */
  delay({ id, conversation, slot }: LedgerRow, ms: number): void {
    this.#rest(this.#row(id, slot.target.chatId), conversation, "repeated", ms);
  }

  /** How often a row failed in a row. */
  failures(id: string): number {
    return this.#rows.get(id)?.failures ?? 0;
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

  #row(id: string, chatId: string): RestingRow {
    const row = this.#rows.get(id) ?? { chatId, failures: 0, retry: new Wakeup() };
    this.#rows.set(id, row);
    return row;
  }

  #rest(row: RestingRow, conversation: string, reason: RestReason, ms: number): void {
    const { onDue, signal } = this.#options;
    row.reason = reason;
    // The wait never rejects.
    void row.retry.wait(ms, signal).then(() => {
      row.reason = undefined;
      if (!signal.aborted) onDue(conversation);
    });
  }
}

import { pause } from "../../base/waiting/wakeup.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { View } from "../../model/view.ts";
import type { Attempt } from "./attempt.ts";

/** What {@linkcode SideRows} need. */
export interface SideRowsOptions {
  /** How long others wait for a file that is uploaded, in milliseconds; 10 s unless given. */
  readonly uploadMs?: number;
  /** Makes one attempt to deliver a row. */
  readonly deliver: (row: LedgerRow) => Promise<Attempt>;
  /** Called with what kept a row from being saved. */
  readonly onFailed: (row: LedgerRow, error: unknown) => void;
  /** Called when the attempt has ended, so that the row may be sent again. */
  readonly onDone: (row: LedgerRow) => void;
  /** Ends all waits. */
  readonly signal: AbortSignal;
}

/** How long others wait for a file that is uploaded unless the options say otherwise. */
const UPLOAD_MS = 10_000;

/**
 * Whether a row is sent beside the others of its conversation: a file may take long, and nobody waits for what becomes
 * of an old message.
 */
export function isSideRow({ view }: { readonly view: View }): boolean {
  return view.file !== undefined || view.isReplaced === true;
}

/** The rows that are sent beside the others, which wait only for a file, and not for long. */
export class SideRows {
  readonly #options: SideRowsOptions;
  /** Row id → its attempt. */
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(options: SideRowsOptions) {
    this.#options = options;
  }

  /** Whether a row is being sent. */
  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** All that run. */
  get all(): readonly Promise<unknown>[] {
    return [...this.#running.values()];
  }

  /** Makes one attempt; resolves when the row is delivered, or when others need not wait any longer. */
  async send(row: LedgerRow): Promise<Attempt> {
    const { uploadMs = UPLOAD_MS, deliver, onFailed, onDone, signal } = this.#options;
    let attempt: Attempt | undefined;
    const sending = deliver(row).then((result) => {
      attempt = result === "delivered" ? result : "aside";
    }, (error) => {
      attempt = "aside";
      onFailed(row, error);
    }).finally(() => {
      this.#running.delete(row.id);
      onDone(row);
    });
    this.#running.set(row.id, sending);
    if (!row.view.isReplaced) await pause(uploadMs, signal, sending);
    return attempt ?? "aside";
  }
}

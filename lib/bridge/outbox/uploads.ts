import { pause } from "../../base/waiting/wakeup.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { Attempt } from "./attempt.ts";

/** What {@linkcode Uploads} need. */
export interface UploadsOptions {
  /** How long others wait for a file that is uploaded, in milliseconds; 10 s unless given. */
  readonly uploadMs?: number;
  /** Makes one attempt to deliver a row. */
  readonly deliver: (row: LedgerRow) => Promise<Attempt>;
  /** Called with what kept a row from being saved. */
  readonly onFailed: (row: LedgerRow, error: unknown) => void;
  /** Called when a row may be sent again. */
  readonly onDone: (row: LedgerRow) => void;
  /** Ends all waits. */
  readonly signal: AbortSignal;
}

/** How long others wait for a file that is uploaded unless the options say otherwise. */
const UPLOAD_MS = 10_000;

/** The files that are uploaded. Others do not wait long for one, and pass it. */
export class Uploads {
  readonly #options: UploadsOptions;
  /** Row id → its upload. */
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** Whether a row is uploaded. */
  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** All that run. */
  get all(): readonly Promise<unknown>[] {
    return [...this.#running.values()];
  }

  /** Uploads a row; resolves when it is delivered, or when others need not wait any longer. */
  async upload(row: LedgerRow): Promise<Attempt> {
    const { uploadMs = UPLOAD_MS, deliver, onFailed, onDone, signal } = this.#options;
    let attempt: Attempt | undefined;
    const upload = deliver(row).then((result) => {
      attempt = result === "delivered" ? result : "aside";
    }, (error) => {
      attempt = "aside";
      onFailed(row, error);
    }).finally(() => {
      this.#running.delete(row.id);
      onDone(row);
    });
    this.#running.set(row.id, upload);
    await pause(uploadMs, signal, upload);
    return attempt ?? "aside";
  }
}

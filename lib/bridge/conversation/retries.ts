import { backoff } from "../../base/waiting/backoff.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { IncomingMessage } from "../../model/message.ts";

/** What {@linkcode Retries} need. */
export interface RetriesOptions {
  /** Handles a message, unless it was handled by now; never rejects. */
  readonly handle: (message: IncomingMessage) => Promise<void>;
  /** Tells the sender that a message cannot be handled yet. */
  readonly tell: (message: IncomingMessage, error: unknown) => Promise<void>;
  /** Logs an error. */
  readonly report: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** How long to wait before a message whose handling failed is handled again. */
const BACKOFF = { firstMs: 500, maxMs: 60_000 };
/** After how many failures its sender is told, once. */
const TELL_AFTER = 4;

/** Retries messages whose handling failed. Meanwhile, they stay in the inbox. */
export class Retries {
  readonly #options: RetriesOptions;
  /** How often the handling of a message failed. */
  readonly #failures = new WeakMap<IncomingMessage, number>();
  readonly #waiting = new Set<Promise<void>>();

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /** Schedules a message to be handled again after an error. */
  retry(message: IncomingMessage, error: unknown): void {
    const { signal, report } = this.#options;
    report(error);
    if (signal.aborted) return;
    const retried = this.#retry(message, error).catch(report)
      .finally(() => this.#waiting.delete(retried));
    this.#waiting.add(retried);
  }

  /** Resolves when nothing waits. Call it after the signal has aborted. */
  async settled(): Promise<void> {
    await Promise.all(this.#waiting);
  }

  async #retry(message: IncomingMessage, error: unknown): Promise<void> {
    const { handle, tell, report, signal } = this.#options;
    const failures = (this.#failures.get(message) ?? 0) + 1;
    this.#failures.set(message, failures);
    if (failures === TELL_AFTER) await tell(message, error).catch(report);
    await pause(backoff(failures, BACKOFF), signal);
    if (!signal.aborted) void handle(message);
  }
}

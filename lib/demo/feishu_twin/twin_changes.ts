import type { TwinMessage } from "./twin_message.ts";
import type { AckRecord, RequestRecord } from "./records.ts";

/** An event in the twin. */
export type TwinChange =
  | { readonly kind: "message"; readonly message: TwinMessage }
  | { readonly kind: "edit"; readonly message: TwinMessage }
  | { readonly kind: "recall"; readonly message: TwinMessage }
  | { readonly kind: "reaction"; readonly message: TwinMessage }
  | { readonly kind: "chat" }
  | { readonly kind: "connections"; readonly count: number }
  /** A delivery of an event to the app. It is not `sent` without a connection. */
  | {
    readonly kind: "frame";
    readonly eventType: string;
    readonly attempt: number;
    readonly sent: boolean;
  }
  | { readonly kind: "request"; readonly request: RequestRecord }
  | { readonly kind: "ack"; readonly ack: AckRecord };

/** How long {@linkcode TwinChanges.until} waits. */
export interface UntilOptions {
  /** Milliseconds of real time; 30 000 by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What is waited for, in words, for the error of a time-out. */
  readonly what?: string;
}

/** Tells listeners about changes, and waits for conditions without polling. */
export class TwinChanges {
  readonly #listeners = new Set<(change: TwinChange) => void>();

  /** Calls `listener` for each change. Returns a function that stops it. */
  listen(listener: (change: TwinChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells all listeners about a change. */
  emit(change: TwinChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  /**
   * Calls `probe` at once and after each change, and resolves with its first truthy value. Rejects after
   * the time-out (with the words of `describe`), when `signal` aborts, and when `probe` throws.
   */
  until<T>(
    probe: () => T | undefined | null | false,
    options: UntilOptions,
    describe: () => string,
  ): Promise<T> {
    const { timeoutMs = 30_000, signal, what = "the condition" } = options;
    return new Promise<T>((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer);
        stop();
        signal?.removeEventListener("abort", onAbort);
        settle();
      };
      const ask = () => {
        try {
          const value = probe();
          if (value !== undefined && value !== null && value !== false) done(() => resolve(value));
        } catch (cause) {
          done(() => reject(cause));
        }
      };
      const onAbort = () => done(() => reject(signal?.reason));
      const timer = setTimeout(
        () =>
          done(() =>
            reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}.\n${describe()}`))
          ),
        timeoutMs,
      );
      const stop = this.listen(ask);
      if (signal?.aborted) onAbort();
      else {
        signal?.addEventListener("abort", onAbort);
        ask();
      }
    });
  }
}

import type { TwinMessage } from "./twin_message.ts";
import type { AckRecord, RequestRecord } from "./records.ts";

/** Something that happened in the twin. */
export type TwinChange =
  | { readonly kind: "message"; readonly message: TwinMessage }
  | { readonly kind: "edit"; readonly message: TwinMessage }
  | { readonly kind: "recall"; readonly message: TwinMessage }
  | { readonly kind: "reaction"; readonly message: TwinMessage }
  | { readonly kind: "chat" }
  | { readonly kind: "connections"; readonly count: number }
  /** An event is on its way to the app; without a connection it is not `sent`. */
  | {
    readonly kind: "frame";
    readonly eventType: string;
    readonly attempt: number;
    readonly sent: boolean;
  }
  | { readonly kind: "request"; readonly request: RequestRecord }
  | { readonly kind: "ack"; readonly ack: AckRecord };

/** How long {@linkcode Changes.until} waits. */
export interface UntilOptions {
  /** Milliseconds of real time, 30 000 unless given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What is being waited for; goes into the timeout's message. */
  readonly what?: string;
}

/** Tells listeners what happened, and waits for conditions without polling. */
export class Changes {
  readonly #listeners = new Set<(change: TwinChange) => void>();

  /** Calls `listener` for each change from now on. Returns a function that ends it. */
  listen(listener: (change: TwinChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells everyone. */
  emit(change: TwinChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  /**
   * Resolves with the first truthy value of `probe`, which is asked at once and after each change.
   * Rejects when the time is up (`describe` says what there is instead), when `signal` aborts, and
   * when `probe` throws.
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

import { Serial } from "../base/serial.ts";

/** What happens to a message that loads. */
export interface LoadingOptions {
  /** Called for a message that was called off. */
  readonly onCalledOff: () => Promise<void>;
  /** Called when the work failed, or when calling it off did. */
  readonly onError: (error: unknown) => void;
}

/**
 * Messages on their way into the queue: what takes time for them, like the loading of files, happens one
 * message after the other, and can be called off.
 */
export class LoadingQueue {
  readonly #signal: AbortSignal;
  readonly #serial = new Serial();
  /** What calls off each message, in their order. */
  readonly #messages = new Map<string, AbortController>();

  /** @param signal Ends all work. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** How many messages there are. */
  get size(): number {
    return this.#messages.size;
  }

  /** Does the work of a message after that of those before it. */
  add(
    messageId: string,
    work: (signal: AbortSignal) => Promise<void>,
    { onCalledOff, onError }: LoadingOptions,
  ): void {
    const controller = new AbortController();
    const signal = AbortSignal.any([this.#signal, controller.signal]);
    this.#messages.set(messageId, controller);
    this.#serial.run(async () => {
      try {
        signal.throwIfAborted();
        await work(signal);
      } catch (error) {
        if (this.#signal.aborted || !controller.signal.aborted) throw error;
        await onCalledOff();
      } finally {
        this.#messages.delete(messageId);
      }
    }).catch(onError);
  }

  /** Calls off a message; returns whether it was under way. */
  callOff(messageId: string): boolean {
    const controller = this.#messages.get(messageId);
    controller?.abort(new DOMException("Called off", "AbortError"));
    return controller !== undefined;
  }

  /** Calls off all messages, or the oldest. */
  stop(all: boolean): void {
    for (const id of [...this.#messages.keys()].slice(0, all ? undefined : 1)) this.callOff(id);
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await this.#serial.settled();
  }
}

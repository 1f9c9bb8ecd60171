import { Serial } from "../base/serial.ts";

/** Callbacks for one message. */
export interface LoadingOptions {
  /** Called after the message was called off. */
  readonly onCalledOff: () => Promise<void>;
  /** Called if the work or `onCalledOff` fails. */
  readonly onError: (error: unknown) => void;
}

/**
 * The messages on their way into the queue of turns. Slow work for them, like downloading files, is done
 * for one message at a time and can be called off.
 */
export class LoadingQueue {
  readonly #signal: AbortSignal;
  readonly #serial = new Serial();
  /** Message id → what calls the message off, in order of arrival. */
  readonly #messages = new Map<string, AbortController>();

  /** @param signal Ends all work. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** How many messages are waiting or being worked on. */
  get size(): number {
    return this.#messages.size;
  }

  /** Adds a message. Its work starts after that of the earlier messages. */
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

  /** Calls off a message; returns whether it was here. */
  callOff(messageId: string): boolean {
    const controller = this.#messages.get(messageId);
    controller?.abort(new DOMException("Called off", "AbortError"));
    return controller !== undefined;
  }

  /** Calls off all messages, or the oldest. */
  stop(all: boolean): void {
    for (const id of [...this.#messages.keys()].slice(0, all ? undefined : 1)) this.callOff(id);
  }

  /** Resolves when all work has ended. */
  async settled(): Promise<void> {
    await this.#serial.settled();
  }
}

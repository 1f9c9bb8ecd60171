import { pause, Wakeup } from "../../base/waiting/wakeup.ts";

/** What is known of one message, and callbacks for it. */
export interface LoadingOptions {
  /** Who wrote it, by `open_id`. */
  readonly sender: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly createdAt: number;
  /** Whether its work may take long, like the download of a file. Then later messages wait only a while. */
  readonly isSlow?: boolean;
  /** Whether all later messages may pass it at once, because its work only ends in a question. */
  readonly mayBePassed?: boolean;
  /** Whether it waits for all earlier messages, however long they take, because it would affect them. */
  readonly isOrdered?: boolean;
  /** Called after the message was called off. */
  readonly onCalledOff: () => Promise<void>;
  /** Called if the message was called off while the last step of its work, the commit, was under way. */
  readonly onTooLate: () => Promise<void>;
  /** Called if the work or a callback fails. */
  readonly onError: (error: unknown) => void;
}

/** How long a slow message holds up later ones, in milliseconds. */
const HOLD_MS = 15_000;

interface Loading {
  readonly sender: string;
  readonly createdAt: number;
  readonly calledOff: AbortController;
  /** Resolves when the work has ended. */
  readonly done: Promise<void>;
  /** Resolves when later messages may pass. */
  readonly passable: Promise<unknown>;
  /** Resolves when ordered messages may pass, too. */
  readonly settled: Promise<unknown>;
}

/**
 * The messages on their way into the queue of turns. Slow work for them, like downloading files, is done
 * in their order and can be called off. A message that takes long lets others pass.
 */
export class LoadingQueue {
  readonly #signal: AbortSignal;
  /** Message id → its work, in order of arrival. */
  readonly #messages = new Map<string, Loading>();
  readonly #holdMs: number;
  readonly #added = new Wakeup();

  /** @param signal Ends all work. */
  constructor(signal: AbortSignal, holdMs: number = HOLD_MS) {
    this.#signal = signal;
    this.#holdMs = holdMs;
  }

  /** How many messages are waiting or being worked on. */
  get size(): number {
    return this.#messages.size;
  }

  /** Their ids, oldest first. */
  get ids(): readonly string[] {
    return [...this.#messages.keys()];
  }

  /** The ids of those that were sent until a time (ms since 1970), oldest first. */
  idsUntil(time: number): readonly string[] {
    return [...this.#messages].flatMap(([id, { createdAt }]) => createdAt <= time ? [id] : []);
  }

  /** Whether a message is waiting or being worked on. */
  has(messageId: string): boolean {
    return this.#messages.has(messageId);
  }

  /** Adds a message. Its work starts after that of the earlier messages. */
  add(
    messageId: string,
    work: (signal: AbortSignal) => Promise<void>,
    options: LoadingOptions,
  ): void {
    const calledOff = new AbortController();
    const earlier = [...this.#messages.values()]
      .map(({ settled, passable }) => options.isOrdered ? settled : passable);
    const ready = Promise.all(earlier);
    const done = this.#run(ready, work, calledOff.signal, options)
      .catch(options.onError)
      .finally(() => this.#messages.delete(messageId));
    const held = ready.then(() => pause(this.#holdMs, this.#signal, done));
    const { sender, createdAt, isSlow, mayBePassed } = options;
    const settled = mayBePassed ? ready : done;
    const passable = isSlow ? Promise.race([settled, held]) : settled;
    this.#messages.set(messageId, { sender, createdAt, calledOff, done, passable, settled });
    this.#added.notify();
  }

  /** Resolves with whether another message comes behind one that is being worked on, within `ms` milliseconds. */
  async isFollowed(messageId: string, ms: number, signal: AbortSignal): Promise<boolean> {
    const isLast = () => this.ids.at(-1) === messageId;
    if (isLast()) await this.#added.wait(ms, signal);
    return !isLast();
  }

  /** Calls off a message; returns whether it was here. */
  callOff(messageId: string): boolean {
    const message = this.#messages.get(messageId);
    message?.calledOff.abort(new DOMException("Called off", "AbortError"));
    return message !== undefined;
  }

  /** Calls off all messages of a person, by `open_id`. */
  callOffOf(openId: string): void {
    for (const [id, { sender }] of this.#messages) if (sender === openId) this.callOff(id);
  }

  /** Resolves when all work has ended. */
  async settled(): Promise<void> {
    await Promise.all([...this.#messages.values()].map(({ done }) => done));
  }

  async #run(
    ready: Promise<unknown>,
    work: (signal: AbortSignal) => Promise<void>,
    calledOff: AbortSignal,
    { onCalledOff, onTooLate }: LoadingOptions,
  ): Promise<void> {
    await ready;
    const signal = AbortSignal.any([this.#signal, calledOff]);
    try {
      signal.throwIfAborted();
      await work(signal);
    } catch (error) {
      if (this.#signal.aborted || !calledOff.aborted) throw error;
      return await onCalledOff();
    }
    if (calledOff.aborted) await onTooLate();
  }
}

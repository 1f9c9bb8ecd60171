import { describe, isRetryable, NetworkError, retryAfter } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { backoff } from "../../base/waiting/backoff.ts";
import { pause, type Wakeup } from "../../base/waiting/wakeup.ts";
import { withRetries } from "../../base/waiting/with_retries.ts";
import { isInChat } from "../../model/message.ts";
import type { Chat, ReactionMark } from "../../model/ports.ts";

/** Where the reactions are stored that have to be taken off again. */
export interface ReactionStore {
  readonly temporary: {
    addTaken(messageId: string, reactionId: string): Promise<void>;
    taken(messageId: string): Promise<string | undefined>;
    allTaken(): Promise<ReadonlyMap<string, string>>;
    removeTaken(messageId: string): Promise<void>;
  };
  inbox(): Promise<readonly { readonly messageId: string }[]>;
  turns(): Promise<readonly { readonly messageId: string }[]>;
}

/** What {@linkcode Reactions} need. */
export interface ReactionsOptions {
  readonly chat: Pick<Chat, "react" | "unreact">;
  readonly store: ReactionStore;
  readonly log: Log;
  /** Notifies when what had no answer may have one now. */
  readonly retryNow?: Wakeup;
  /** Ends all attempts. */
  readonly signal: AbortSignal;
}

/** How long to wait after three attempts, unless something says that the network is back. */
const PAUSES = { firstMs: 15_000, maxMs: 5 * 60_000 };
/** For how long an outage may keep back what became of a message, in milliseconds. */
const PATIENT_MS = 6 * 3_600_000;

/**
 * Reactions to people's messages: one that a message was taken, until another says what became of it. That is told
 * after an outage or a limit, too; other calls get three attempts. None is waited for.
 */
export class Reactions {
  readonly #options: ReactionsOptions;
  /** Message id → the last work on its reactions, so that they come in order. */
  readonly #work = new Map<string, Promise<void>>();

  constructor(options: ReactionsOptions) {
    this.#options = options;
  }

  /** Adds a reaction; the one for a message that was taken goes when another comes. */
  add(messageId: string, mark: ReactionMark): void {
    if (!isInChat(messageId)) return;
    const before = this.#work.get(messageId) ?? Promise.resolve();
    const work = before.then(() => this.#add(messageId, mark)).catch((error) =>
      this.#options.log.debug(`cannot react to a message: ${describe(error)}`)
    ).finally(() => {
      if (this.#work.get(messageId) === work) this.#work.delete(messageId);
    });
    this.#work.set(messageId, work);
  }

  /** Takes off what an earlier run of the program left on messages that are over; never rejects. */
  async tidy(): Promise<void> {
    const { store, log } = this.#options;
    try {
      const left = await store.temporary.allTaken();
      const open = [...await store.inbox(), ...await store.turns()];
      const isOpen = new Set(open.map(({ messageId }) => messageId));
      for (const messageId of left.keys()) {
        if (!isOpen.has(messageId)) await this.#takeOff(messageId);
      }
    } catch (error) {
      log.debug(`cannot take off old reactions: ${describe(error)}`);
    }
  }

  async #add(messageId: string, mark: ReactionMark): Promise<void> {
    const { chat, store, signal, log } = this.#options;
    const isLast = mark !== "taken";
    const react = () => chat.react(messageId, mark, signal);
    const reaction = await this.#try(react, isLast).catch((error) => {
      log.debug(`cannot react to a message: ${describe(error)}`);
      return undefined;
    });
    if (isLast) await this.#takeOff(messageId, true);
    else if (reaction) await store.temporary.addTaken(messageId, reaction);
  }

  async #takeOff(messageId: string, isPatient = false): Promise<void> {
    const { chat, store, signal } = this.#options;
    const { temporary } = store;
    const reaction = await temporary.taken(messageId);
    if (reaction === undefined) return;
    const unreact = () => chat.unreact(messageId, reaction, signal);
    await this.#try(unreact, isPatient).catch((error) => {
      // What was refused is gone, or stays for ever; the rest is tried again after the next start.
      if (isRetryable(error) || signal.aborted) throw error;
    });
    await temporary.removeTaken(messageId);
  }

  /** Makes three attempts; a patient one makes more after an outage or a limit. */
  async #try<T>(call: () => Promise<T>, isPatient: boolean): Promise<T> {
    const { retryNow, signal } = this.#options;
    const until = performance.now() + (isPatient ? PATIENT_MS : 0);
    const attempts = { maxAttempts: 3, jitter: 0.3, isRetriable: isRetryable, signal };
    for (let failures = 1;; failures++) {
      const since = retryNow?.count;
      try {
        return await withRetries(call, attempts);
      } catch (error) {
        const mayPass = error instanceof NetworkError || retryAfter(error) !== undefined;
        if (signal.aborted || !mayPass || performance.now() >= until) throw error;
        const ms = backoff(failures, PAUSES);
        await (retryNow?.wait(ms, signal, since) ?? pause(ms, signal));
        signal.throwIfAborted();
      }
    }
  }
}

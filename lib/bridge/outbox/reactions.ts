import { retry } from "@std/async";
import { describe, isRetryable } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
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
  /** Ends all attempts. */
  readonly signal: AbortSignal;
}

/**
 * Reactions to people's messages: one that a message was taken, until another says what became of it. Each
 * call gets at most three attempts, and none is waited for.
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
    const reaction = await this.#try(() => chat.react(messageId, mark, signal)).catch((error) => {
      log.debug(`cannot react to a message: ${describe(error)}`);
      return undefined;
    });
    if (mark !== "taken") await this.#takeOff(messageId);
    else if (reaction) await store.temporary.addTaken(messageId, reaction);
  }

  async #takeOff(messageId: string): Promise<void> {
    const { chat, store, signal } = this.#options;
    const { temporary } = store;
    const reaction = await temporary.taken(messageId);
    if (reaction === undefined) return;
    await this.#try(() => chat.unreact(messageId, reaction, signal)).catch((error) => {
      // What was refused is gone, or stays for ever; the rest is tried again after the next start.
      if (isRetryable(error) || signal.aborted) throw error;
    });
    await temporary.removeTaken(messageId);
  }

  async #try<T>(call: () => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    return await retry(call, { maxAttempts: 3, jitter: 0.3, isRetriable: isRetryable, signal });
  }
}

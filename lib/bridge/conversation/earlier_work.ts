import type { IncomingMessage } from "../../model/message.ts";
import type { HandlerConversation } from "./handler_conversation.ts";
import type { LoadingQueue } from "../inbox/loading_queue.ts";
import type { Services } from "../services.ts";
import type { Turn } from "../turn/turn.ts";

/** What {@linkcode EarlierWork} needs. */
export interface EarlierWorkOptions extends Pick<Services, "chat"> {
  readonly conversation: Pick<HandlerConversation, "queue" | "mailbox">;
  readonly loading: LoadingQueue;
}

/**
 * What a command in a message can be about: the work of its conversation that was asked for before. A command
 * that Feishu delivers minutes late, or that is found in the history, does not mean what was sent after it.
 */
export class EarlierWork {
  /** The messages that waited for the asks of a resumed turn when the command came. */
  readonly waiting: readonly IncomingMessage[];
  readonly #message: IncomingMessage;
  readonly #options: EarlierWorkOptions;

  constructor(message: IncomingMessage, options: EarlierWorkOptions) {
    this.#message = message;
    this.#options = options;
    this.waiting = options.conversation.mailbox.waiting
      .filter(({ createdAt }) => createdAt <= message.createdAt);
  }

  /** The ids of the messages on their way into the queue. */
  get loading(): readonly string[] {
    return this.#options.loading.idsUntil(this.#message.createdAt);
  }

  /** Whether a turn is part of it. */
  has({ record: { sentAt = 0 } }: Pick<Turn, "record">): boolean {
    return sentAt <= this.#options.chat.clock.theirs(this.#message.createdAt);
  }

  /** The running turn if it is part of it. */
  get running(): Turn | undefined {
    return this.#options.conversation.queue.turns.slice(0, 1).find((turn) => this.has(turn));
  }

  /** The running turn and the queued ones, as far as they are part of it. */
  get turns(): readonly Turn[] {
    return this.#options.conversation.queue.turns.filter((turn) => this.has(turn));
  }
}

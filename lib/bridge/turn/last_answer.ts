import type { Chat } from "../../model/ports.ts";
import type { Slot } from "../../model/slot.ts";
import { type EarlierAnswer, runOf } from "../../model/turn.ts";
import type { Effects } from "../effects.ts";
import type { Services } from "../services.ts";
import { earlierAnswer } from "./earlier_answer.ts";

/** What a {@linkcode LastAnswer} needs. */
export interface LastAnswerOptions {
  readonly chat: Pick<Chat, "newest">;
  readonly store: Pick<Services["store"], "row">;
}

/** The answer that a turn has just put into the ledger, in one message. */
interface Answered {
  readonly sessionId: string;
  /** The conversation's key, and the id of the answer's row. */
  readonly conversation: string;
  readonly row: string;
  readonly slot: Slot;
  readonly earlier: EarlierAnswer;
}

/**
 * Remembers the message of the last answer for as long as it is the last message of its chat: what the agent does
 * by itself then is shown there. A restart forgets it.
 */
export class LastAnswer {
  readonly #services: LastAnswerOptions;
  #answered: Answered | undefined;

  constructor(services: LastAnswerOptions) {
    this.#services = services;
  }

  /** Call before changes are committed. */
  note({ closed = [], rows = [] }: Pick<Effects, "closed" | "rows">): void {
    if (closed.length === 0) return;
    this.#answered = undefined;
    const [turn] = closed;
    const [row] = rows;
    if (turn?.state.kind !== "ended" || turn.state.outcome !== "done") return;
    if (row === undefined || rows.length > 1 || !row.id.startsWith(`${turn.id}.`)) return;
    const sessionId = runOf(turn)?.sessionId;
    const earlier = earlierAnswer(row.view);
    if (sessionId === undefined || earlier === undefined) return;
    const { conversation, id, slot } = row;
    this.#answered = { sessionId, conversation, row: id, slot, earlier };
  }

  /** Call when somebody writes: the answer is not the last message any more. */
  forget(): void {
    this.#answered = undefined;
  }

  /** The message and what it shows, if it is delivered, and still the last one that the bridge knows of. */
  async take(sessionId: string): Promise<Pick<Answered, "slot" | "earlier"> | undefined> {
    const { chat, store } = this.#services;
    const answered = this.#answered;
    if (answered?.sessionId !== sessionId) return undefined;
    const { messageId, target } = answered.slot;
    const isSent = await store.row(answered.conversation, answered.row) === undefined;
    const isLast = messageId !== undefined && chat.newest(target) === messageId;
    // Somebody may have written meanwhile.
    if (!isSent || !isLast || this.#answered !== answered) return undefined;
    this.#answered = undefined;
    return answered;
  }
}

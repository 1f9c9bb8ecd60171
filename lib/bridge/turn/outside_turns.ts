import { newId } from "../../base/ids.ts";
import { Serial } from "../../base/waiting/serial.ts";
import type { PromptMark } from "../../model/prompt.ts";
import { runOf, type TurnRecord } from "../../model/turn.ts";
import type { Services } from "../services.ts";
import { LastAnswer } from "./last_answer.ts";
import { Turn } from "./turn.ts";
import type { TurnConversation } from "./turn_conversation.ts";
import type { TurnQueue } from "./turn_queue.ts";

/** The part of a conversation that is looked at. */
export interface LookedAt extends TurnConversation {
  readonly queue: TurnQueue;
}

/** The most turns of others that are shown of those that a session had meanwhile: the last ones. */
const MAX_SHOWN = 3;

/**
 * The turns of a conversation's session that nobody began here: the agent goes on by itself when something
 * that it had left to run has ended, and people write in the agent's own terminal. Each is shown like a turn
 * of ours, with what it asks: in a message of its own, or, when the agent goes on, in that of the answer before as
 * long as nothing else was said in the chat.
 */
export class OutsideTurns {
  readonly #conversation: LookedAt;
  readonly #services: Services;
  readonly #looks = new Serial();
  /** The message of the answer before, where the agent may go on. */
  readonly lastAnswer: LastAnswer;

  constructor(conversation: LookedAt, services: Services) {
    this.#conversation = conversation;
    this.#services = services;
    this.lastAnswer = new LastAnswer(services);
  }

  /**
   * Takes up the first turn that the chat has not shown yet. It compares what the session has with what was
   * shown, so it does no harm to look too often.
   */
  async look(): Promise<void> {
    await this.#looks.run(() => this.#look());
  }

  /** Resolves when nobody looks. */
  settled(): Promise<void> {
    return this.#looks.settled();
  }

  async #look(): Promise<void> {
    const { agent, signal } = this.#services;
    const { shown, sessionId, directory } = this.#conversation.record;
    if (shown === undefined || shown.sessionId !== sessionId || this.#isOurs(sessionId)) return;
    const all = await agent.prompts({ id: sessionId, directory }, signal);
    const prompts = all.filter(({ id, created }) =>
      created >= shown.prompt.created && id !== shown.prompt.id
    );
    // After most turns there is nothing more, and the other chats need not be read.
    if (prompts.length === 0) return;
    const seen = await this.#shownElsewhere(sessionId);
    const newest = Math.max(0, ...seen.map(({ created }) => created));
    const after = prompts.filter(({ id, created }) =>
      created >= newest && !seen.some((one) => one.id === id)
    );
    const [next] = after.slice(-MAX_SHOWN);
    const now = this.#conversation.record;
    if (next === undefined || now.shown !== shown || now.sessionId !== sessionId) return;
    if (this.#isOurs(sessionId) || !this.#services.admission.mayUse(shown.sender)) return;
    const { isByAgent } = next;
    const last = isByAgent ? await this.lastAnswer.take(sessionId) : undefined;
    const run = { ...agent.begin({ id: sessionId, directory }, {}), userMessageId: next.id };
    await this.#takeUp({
      ...this.#newTurn(shown),
      ...last && { slot: last.slot, earlier: last.earlier },
      text: isByAgent ? "" : next.text,
      begunBy: isByAgent ? "agent" : "others",
      state: { kind: "posted", run },
    });
  }

  /** The last prompts that the chats in a session have shown: all before them are ours, or were shown. */
  async #shownElsewhere(sessionId: string): Promise<PromptMark[]> {
    const conversations = await this.#services.store.conversations();
    return conversations.flatMap(({ shown }) =>
      shown?.sessionId === sessionId ? [shown.prompt] : []
    );
  }

  /** Whether a turn of ours has a session: it shows what happens there, or has the next prompt. */
  #isOurs(sessionId: string): boolean {
    const { queue } = this.#conversation;
    const runs = queue.turns.some(({ record }) => runOf(record)?.sessionId === sessionId);
    const waits = queue.turns.find(({ record }) => record.state.kind === "queued");
    return runs || this.#services.sessions.isTaken(sessionId, waits?.record.id ?? "");
  }

  #newTurn(
    { sender, target }: { readonly sender: string; readonly target: TurnRecord["slot"]["target"] },
  ): Omit<TurnRecord, "text" | "state"> {
    const { chat } = this.#services;
    const createdAt = Date.now();
    return {
      id: newId(createdAt),
      conversation: this.#conversation.record.key,
      messageId: "",
      sender,
      createdAt,
      slot: chat.markAttempted(chat.slot(target)),
    };
  }

  async #takeUp(turn: TurnRecord): Promise<void> {
    await this.#conversation.commit({ turns: [turn] });
    this.#conversation.queue.add(new Turn(turn, this.#conversation, this.#services, false));
  }
}

import { delay } from "@std/async";
import { join } from "@std/path";
import { ApiError, describe } from "../../base/errors.ts";
import type { View } from "../../model/view.ts";
import type { Reading } from "../../opencode/transcript/reading.ts";
import type { Conversation as ConversationRecord, Prompt, Row, Slot } from "../../model/records.ts";
import { AgentTurn } from "./agent_turn.ts";
import type { Conversation } from "../conversation.ts";
import { findFencedAsk } from "../asks/fenced_ask.ts";
import { keepFile } from "../../store/kept_files.ts";
import type { LiveMessage } from "../outbox/live_message.ts";
import type { Parts } from "../parts.ts";
import {
  finalViews,
  liveView,
  longAnswer,
  NOTHING,
  type Outcome,
  queuedView,
  type TurnViewOptions,
  waitsFor,
} from "./turn_view.ts";

/** The conversation of a turn. */
type TurnHome = Pick<Conversation, "conversation" | "asks" | "askAfter" | "bind">;

/** Milliseconds after which the reader is told that the answer cannot be saved. */
const DISK_MS = 2_500;
/** How many times in a row the agent may end its answer with a question. */
const MOST_ROUNDS = 8;

/** One prompt from the queue to its final answer in the ledger. */
export class Turn {
  readonly #home: TurnHome;
  readonly #parts: Parts;
  readonly #live: LiveMessage;
  readonly #fresh: boolean;
  readonly #agent: AgentTurn;
  #prompt: Prompt;
  #isClosed = false;

  /** @param fresh Whether no earlier run of the program tried to show this prompt. */
  constructor(prompt: Prompt, home: TurnHome, parts: Parts, fresh: boolean) {
    this.#prompt = prompt;
    this.#home = home;
    this.#parts = parts;
    this.#fresh = fresh;
    const { triedAt: _, ...untried } = prompt.slot;
    this.#live = parts.delivery.live(
      fresh ? untried : prompt.slot,
      (slot) => this.save({ slot: { ...slot, triedAt: prompt.slot.triedAt ?? Date.now() } }),
    );
    this.#agent = new AgentTurn(this, home, parts);
  }

  /** The prompt as it is stored. */
  get prompt(): Prompt {
    return this.#prompt;
  }

  /** What the agent did so far, once it was given the prompt. */
  get reading(): Reading | undefined {
    return this.#agent.reading;
  }

  /** Resolves when it is known what the agent asks: until then nobody can tell an answer from a prompt. */
  get asksKnown(): Promise<void> {
    return this.#agent.asks.known;
  }

  /** What the turn waits for, in words. */
  get waitsFor(): string {
    return waitsFor(this.reading, this.#parts.texts);
  }

  /** Shows how the turn stands, when there is time. */
  show(): void {
    this.#live.show(() => this.#liveView());
  }

  /** Shows that `before` prompts come first. */
  showQueued(before: number): void {
    this.#live.show(() => queuedView(before, this.#parts.texts));
  }

  /** Stores a change of the prompt, and of the conversation with it. What is closed stays closed. */
  async save(change: Partial<Prompt>, conversation?: ConversationRecord): Promise<void> {
    if (this.#isClosed) return;
    this.#prompt = { ...this.#prompt, ...change };
    await this.#parts.store.commit({ prompts: [this.#prompt], conversation });
  }

  /** Asks for the end of the turn; resolves when that is written down. The end itself follows. */
  async cancel(): Promise<void> {
    if (this.#prompt.cancelled) return;
    await this.save({ cancelled: true });
    this.#agent.cancel();
  }

  /**
   * Runs the turn to its end: the final answer is in the ledger and the prompt is closed. Rejects
   * only when the signal aborts; the prompt stays open then, to be taken up at the next start.
   */
  async run(): Promise<void> {
    const { texts, log, isRecalled, signal } = this.#parts;
    const { id, messageId, run } = this.#prompt;
    // Nobody hears of a recall while the bridge is away.
    if (!this.#fresh && messageId !== "") {
      const recalled = isRecalled(messageId, signal);
      if (run === undefined && await recalled) return await this.drop();
      recalled.then(async (is) => is && await this.cancel())
        .catch((error) => log.warn(`cannot end a recalled turn: ${describe(error)}`));
    }
    this.show();
    let outcome: Outcome = "cancelled";
    let failure: string | undefined;
    try {
      if (run !== undefined || !this.#prompt.cancelled) outcome = await this.#agent.run();
    } catch (error) {
      signal.throwIfAborted();
      log.warn(`turn ${id} failed: ${describe(error)}`);
      if (!this.#prompt.cancelled) {
        outcome = "failed";
        failure = error instanceof ApiError && !error.retryable
          ? texts.agentFailed(error.message)
          : texts.agentAway(error instanceof Error ? error.message : String(error));
      }
    }
    await this.#finish(outcome, async (slot) => {
      this.#agent.close();
      await this.#agent.asks.end(texts.turnOver);
      return await this.#lastRows(outcome, failure, slot);
    });
    log.info(`turn ${id} ${outcome}`);
  }

  /** Ends a prompt that waits in the queue, without running it. */
  async drop(): Promise<void> {
    const view: View = { status: "cancelled", note: this.#parts.texts.cancelledQueued };
    await this.#finish("cancelled", (slot) => [this.#row(slot, view, 0)]);
  }

  /** Lets go of the message, at the end of the program, and says so on it. */
  async release(): Promise<void> {
    const { texts, config } = this.#parts;
    // An opencode of our own ends with the bridge.
    const isLost = this.#prompt.run !== undefined && config.opencodeUrl === "";
    const note = isLost ? texts.turnStopped : texts.bridgeStopped;
    await this.#live.stop({ ...this.#liveView(), status: "interrupted", note });
    this.#agent.close();
  }

  /** Puts the last messages into the ledger and closes the prompt, in one step. */
  async #finish(
    outcome: Outcome,
    rowsOf: (slot: Slot) => Promise<Row[]> | Row[],
  ): Promise<void> {
    const { store, delivery, texts } = this.#parts;
    const slot = await this.#live.stop();
    const rows = await rowsOf(slot);
    this.#isClosed = true;
    const saved = store.commit({ closed: [this.#prompt], rows });
    await Promise.race([saved, delay(DISK_MS)]);
    if (store.trouble !== undefined) {
      await delivery.tell(slot, { ...this.#liveView(), note: texts.diskTrouble(store.trouble) });
    }
    await saved;
    const { messageId, conversation } = this.#prompt;
    delivery.react(messageId, outcome === "interrupted" ? "failed" : outcome);
    delivery.wake(conversation);
  }

  /** The answer, in as many messages as it takes, and the question at its end. */
  async #lastRows(outcome: Outcome, failure: string | undefined, slot: Slot): Promise<Row[]> {
    const { config, texts, delivery, answers, log } = this.#parts;
    const { id, round = 0 } = this.#prompt;
    const said = this.reading ?? NOTHING;
    const fenced = outcome === "done" ? findFencedAsk(said.text) : undefined;
    const mayAsk = round < MOST_ROUNDS;
    const ask = fenced && mayAsk ? this.#home.askAfter(this.#prompt, fenced.block) : undefined;
    const reading = ask && fenced ? { ...said, text: fenced.text || texts.askBelow } : said;
    const long = longAnswer(reading, config.maxMessageLength);
    // The same answer has the same name, also when it is written again after a crash.
    const path = join(answers, `answer-${id}.md`);
    const file = long && await keepFile(path, long).catch((error) => {
      log.warn(`a long answer goes out in messages: ${describe(error)}`);
      return undefined;
    });
    const options = { ...this.#viewOptions(), failure, file };
    if (fenced && !mayAsk) options.notice = texts.tooManyRounds;
    const rows = finalViews(reading, outcome, options).map((view, i) =>
      this.#row(i === 0 ? slot : delivery.slot(slot.target, this.#rowId(i)), view, i)
    );
    return ask ? [...rows, ask] : rows;
  }

  #row(slot: Slot, view: View, i: number): Row {
    return this.#parts.delivery.row(this.#prompt.conversation, slot, view, this.#rowId(i));
  }

  /** Follows from the prompt's: after a crash in the middle it is the same. */
  #rowId(i: number): string {
    return `${this.#prompt.id}.${String(i).padStart(3, "0")}`;
  }

  #liveView(): View {
    return liveView(this.reading, this.#viewOptions());
  }

  #viewOptions(): TurnViewOptions {
    const { config, texts, agent, store } = this.#parts;
    const { run, createdAt } = this.#prompt;
    const { notice, trouble } = this.#agent;
    const disk = store.trouble && texts.diskTrouble(store.trouble);
    const model = this.reading?.model;
    return {
      texts,
      maxLength: config.maxMessageLength,
      now: Date.now(),
      directory: run?.directory ?? "",
      startedAt: run?.startedAt ?? createdAt,
      contextLimit: model === undefined ? undefined : agent.contextLimit(model),
      notice: [notice, trouble, disk].filter((line) => line).join("\n"),
    };
  }
}

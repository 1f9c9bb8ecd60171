import { delay } from "@std/async";
import { ApiError, describe } from "../errors.ts";
import type { Log } from "../log.ts";
import type { News, Watch } from "../opencode/agent.ts";
import type { Reading } from "../opencode/reading.ts";
import type { Conversation, Prompt, Row, Run } from "../records.ts";
import type { Store } from "../store.ts";
import type { Texts } from "../texts.ts";
import type { Delivery } from "./delivery.ts";
import { lastRows } from "./last_rows.ts";
import type { LiveMessage } from "./live_message.ts";
import { follow } from "./follow.ts";
import { NOTHING, type Outcome } from "./outcome.ts";
import type { AnswerFiles } from "./answer_files.ts";
import { Poke } from "./poke.ts";
import type { AgentAskContext } from "./agent_asks.ts";
import type { Asks } from "./asks.ts";
import { beginRun, forgetCompaction, postRun } from "./start_run.ts";
import type { TurnAgent } from "./turn_agent.ts";
import { TurnAsks } from "./turn_asks.ts";
import { liveView, queuedView, type TurnViewOptions, waitsFor } from "./turn_view.ts";

/** What a {@linkcode Turn} needs. */
export interface TurnOptions {
  readonly agent: TurnAgent;
  readonly store: Store;
  readonly delivery: Delivery;
  readonly texts: Texts;
  readonly log: Log;
  readonly maxLength: number;
  readonly answerFiles: AnswerFiles;
  /** Milliseconds for which a question stays open. */
  readonly askTimeoutMs: number;
  /** Whether a message was recalled, as far as that can be told; never rejects. */
  readonly isRecalled: (messageId: string, signal: AbortSignal) => Promise<boolean>;
  /** Whether opencode goes on when the bridge stops. */
  readonly agentStays: boolean;
  /** Whether everybody who may use the bot may answer for others, too. */
  readonly anyoneMayAnswer: boolean;
}

/** Where a turn finds and keeps what outlives it. */
export interface TurnHome {
  readonly conversation: Conversation;
  readonly asks: Asks;
  /** Opens the question that the agent ended its answer with; returns the row of its card. */
  askAfter(prompt: Prompt, block: string): Row | undefined;
  /** Binds the conversation to a session instead of `before`, unless it has moved on meanwhile. */
  bind(sessionId: string, directory: string, before: string | undefined): Conversation;
}

/** Milliseconds after which the reader is told that the answer cannot be saved. */
const DISK_MS = 2_500;

/** One prompt from the queue to its final answer in the ledger. */
export class Turn {
  readonly #options: TurnOptions;
  readonly #live: LiveMessage;
  readonly #poke = new Poke();
  readonly #asks: TurnAsks;
  readonly #fresh: boolean;
  #prompt: Prompt;
  #watch: Watch | undefined;
  /** Something that the reader must know at the end too. */
  #notice: string | undefined;
  /** What holds the turn up at the moment. */
  #trouble: string | undefined;
  #cancelledAt: number | undefined;
  /** Open while events may have come of which nobody told us, so that opencode has to be asked. */
  readonly #gap: { open: boolean };
  /** Cuts short what comes before the prompt is posted. */
  readonly #cancelled = new AbortController();

  /** @param fresh Whether no earlier run of the program tried to show this prompt. */
  constructor(prompt: Prompt, options: TurnOptions, fresh: boolean) {
    this.#prompt = prompt;
    this.#options = options;
    this.#fresh = fresh;
    const { triedAt: _, ...untried } = prompt.slot;
    this.#live = options.delivery.live(
      fresh ? untried : prompt.slot,
      (slot) => this.#save({ slot: { ...slot, triedAt: prompt.slot.triedAt ?? Date.now() } }),
    );
    this.#gap = { open: prompt.run !== undefined };
    this.#asks = new TurnAsks(options.log, fresh || prompt.run === undefined);
    if (!prompt.cancelled) return;
    this.#cancelledAt = Date.now();
    this.#cancelled.abort();
  }

  /** The prompt as it is stored. */
  get prompt(): Prompt {
    return this.#prompt;
  }

  /** Whether the turn has begun. */
  get running(): boolean {
    return this.#prompt.run !== undefined;
  }

  /** What the agent did so far, once it was given the prompt. */
  get reading(): Reading | undefined {
    return this.#watch?.read();
  }

  /** See {@linkcode TurnAsks.known}. */
  get asksKnown(): Promise<void> {
    return this.#asks.known;
  }

  /** What the turn waits for, in words. */
  get waitsFor(): string {
    return waitsFor(this.reading, this.#options.texts);
  }

  /** Shows that `before` prompts come first. */
  showQueued(before: number): void {
    this.#live.show(() => queuedView(before, this.#options.texts));
  }

  /** Asks for the end of the turn; resolves when that is written down. The end itself follows. */
  async cancel(): Promise<void> {
    if (this.#prompt.cancelled) return;
    this.#cancelledAt = Date.now();
    await this.#save({ cancelled: true });
    this.#cancelled.abort();
    this.#poke.poke();
  }

  /**
   * Runs the turn to its end: the final answer is in the ledger and the prompt is closed. Rejects
   * only when the signal aborts; the prompt stays open then, to be taken up at the next start.
   */
  async run(home: TurnHome, signal: AbortSignal): Promise<void> {
    const { log, isRecalled } = this.#options;
    const { messageId } = this.#prompt;
    // Nobody hears of a recall while the bridge is away.
    const unsure = !this.#fresh && !this.running && messageId !== "";
    if (unsure && await isRecalled(messageId, signal)) return await this.drop();
    this.#show();
    let outcome: Outcome;
    let failure: string | undefined;
    try {
      outcome = this.#prompt.cancelled && !this.running
        ? "cancelled"
        : await this.#work(home, signal);
    } catch (error) {
      signal.throwIfAborted();
      outcome = this.#prompt.cancelled ? "cancelled" : "failed";
      failure = outcome === "failed" ? this.#failure(error) : undefined;
      log.warn(`turn ${this.#prompt.id} failed: ${describe(error)}`);
    }
    await this.#finish(outcome, { home, failure });
    log.info(`turn ${this.#prompt.id} ${outcome}`);
  }

  /** Ends a prompt that waits in the queue, without running it. */
  async drop(): Promise<void> {
    await this.#finish("cancelled", { notice: this.#options.texts.cancelledQueued });
  }

  /** Lets go of the message, at the end of the program, and says so on it. */
  async release(): Promise<void> {
    const { texts, agentStays } = this.#options;
    const view = liveView(this.reading, this.#viewOptions());
    const note = this.running && !agentStays ? texts.turnStopped : texts.bridgeStopped;
    await this.#live.stop({ ...view, status: "interrupted", note });
    this.#watch?.close();
  }

  async #work(home: TurnHome, signal: AbortSignal): Promise<Outcome> {
    const { agent, texts, log } = this.#options;
    const resumed = this.#prompt.run !== undefined;
    if (!resumed) {
      const soon = AbortSignal.any([signal, this.#cancelled.signal]);
      const { run, conversation } = await beginRun(home, agent, soon);
      await this.#save({ run }, conversation);
      if (this.#prompt.cancelled) return "cancelled";
    }
    await postRun({
      prompt: () => this.#prompt,
      save: (run, conversation) => this.#save({ run }, conversation),
      watch: (run) => {
        this.#watch?.close();
        this.#watch = agent.watch(run, (news) => this.#onNews(news, home, signal));
        this.#show();
        return this.#watch;
      },
      tell: (notice) => this.#notice = notice,
      inDoubt: resumed,
      home,
      agent,
      texts,
      signal,
    });
    const outcome = await this.#follow(home, signal);
    if (this.#prompt.task?.kind === "compact" && outcome !== "done") {
      await forgetCompaction(this.#requireRun(), agent, signal)
        .catch((error) => log.warn(`cannot take back a compaction: ${describe(error)}`));
    }
    return outcome;
  }

  /** Waits for the end of the posted turn, keeping its message and its asks up to date. */
  async #follow(home: TurnHome, signal: AbortSignal): Promise<Outcome> {
    const { agent, log } = this.#options;
    const watch = this.#watch;
    if (watch === undefined) throw new Error("the turn is not watched");
    const { outcome, sessionGone } = await follow({
      id: this.#prompt.id,
      run: this.#requireRun(),
      gap: this.#gap,
      watch,
      agent,
      poke: this.#poke,
      cancelledAt: () => this.#cancelledAt,
      onLook: (look) => {
        this.#trouble = "failure" in look
          ? this.#options.texts.agentAwayForNow(look.failure)
          : undefined;
        this.#show();
        if ("busy" in look) this.#showAsks(home, signal, look);
      },
      log,
      signal,
    });
    if (sessionGone) this.#notice = this.#options.texts.sessionGone;
    return outcome;
  }

  /** Puts the final answer into the ledger and closes the prompt, in one step. */
  async #finish(
    outcome: Outcome,
    { home, failure, notice }: { home?: TurnHome; failure?: string | undefined; notice?: string },
  ): Promise<void> {
    const { store, delivery, texts, answerFiles, log } = this.#options;
    const slot = await this.#live.stop();
    const reading = this.#watch?.read() ?? NOTHING;
    this.#watch?.close();
    await this.#asks.end(home?.asks, texts.turnOver);
    const prompt = this.#prompt;
    const view = this.#viewOptions();
    const rows = notice === undefined
      ? await lastRows({
        prompt,
        reading,
        outcome,
        failure,
        slot,
        view,
        askAfter: home && ((prompt, block) => home.askAfter(prompt, block)),
        delivery,
        answerFiles,
        log,
      })
      : [
        delivery.row(
          prompt.conversation,
          slot,
          { status: outcome, note: notice },
          `${prompt.id}.000`,
        ),
      ];
    const saved = store.commit({ closed: [prompt], rows });
    await Promise.race([saved, delay(DISK_MS)]);
    if (store.trouble !== undefined) {
      const note = texts.diskTrouble(store.trouble);
      await delivery.tell(slot, { ...liveView(reading, view), note });
    }
    await saved;
    delivery.react(prompt.messageId, outcome === "interrupted" ? "failed" : outcome);
    delivery.wake(prompt.conversation);
  }

  #onNews(news: News, home: TurnHome, signal: AbortSignal): void {
    this.#show();
    this.#showAsks(home, signal);
    if (news === "gap") this.#gap.open = true;
    if (this.#gap.open || this.#watch?.over) this.#poke.poke();
  }

  /** @param looked What the server said when it was asked; events alone do not tell all. */
  #showAsks(home: TurnHome, signal: AbortSignal, looked?: { readonly busy: boolean }): void {
    const { agent, texts, askTimeoutMs, anyoneMayAnswer } = this.#options;
    const context: AgentAskContext = {
      agent: agent.api,
      texts,
      prompt: this.#prompt,
      timeoutMs: askTimeoutMs,
      mayAnswer: (openId, owner) => anyoneMayAnswer || openId === owner,
      signal,
    };
    this.#asks.show(this.#watch?.asks ?? [], home.asks, context, looked !== undefined, () => {
      // Who waits for an answer is busy: one that is not has ended, with its opencode perhaps.
      const over = this.#watch?.over || this.#prompt.cancelled || looked?.busy === false;
      return over ? texts.turnOver : texts.answeredElsewhere;
    });
  }

  #show(): void {
    this.#live.show(() => liveView(this.reading, this.#viewOptions()));
  }

  #viewOptions(): TurnViewOptions {
    const { texts, maxLength, agent, store } = this.#options;
    const disk = store.trouble && texts.diskTrouble(store.trouble);
    const model = this.reading?.model;
    return {
      texts,
      maxLength,
      now: Date.now(),
      directory: this.#prompt.run?.directory ?? "",
      startedAt: this.#prompt.run?.startedAt ?? this.#prompt.createdAt,
      contextLimit: model === undefined ? undefined : agent.contextLimit(model),
      notice: [this.#notice, this.#trouble, disk].filter((line) => line).join("\n"),
    };
  }

  #failure(error: unknown): string {
    const { texts } = this.#options;
    return error instanceof ApiError && !error.retryable
      ? texts.agentFailed(error.message)
      : texts.agentAway(error instanceof Error ? error.message : String(error));
  }

  #requireRun(): Run {
    if (this.#prompt.run === undefined) throw new Error("the turn has not begun");
    return this.#prompt.run;
  }

  async #save(change: Partial<Prompt>, conversation?: Conversation): Promise<void> {
    this.#prompt = { ...this.#prompt, ...change };
    await this.#options.store.commit({ prompts: [this.#prompt], conversation });
  }
}

import { describe } from "../../base/errors.ts";
import { pause } from "../../base/wakeup.ts";
import type { ConversationUpdate } from "../../model/conversation.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { Reading } from "../../model/reading.ts";
import type { Slot } from "../../model/slot.ts";
import {
  type Outcome,
  type Run,
  runOf,
  type TurnRecord,
  type TurnState,
} from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import type { LiveMessage } from "../outbox/live_message.ts";
import type { Services } from "../services.ts";
import { answerRows, turnRow } from "./answer_rows.ts";
import { bindSession, postRun } from "./post_run.ts";
import { isRecalled } from "./recall.ts";
import { RunFollower } from "./run_follower.ts";
import { TurnAsks } from "./turn_asks.ts";
import type { TurnConversation } from "./turn_conversation.ts";
import {
  failureText,
  liveView,
  queuedView,
  type TurnViewOptions,
  viewOptions,
  waitsFor,
} from "./turn_view.ts";

/** After how many milliseconds the reader is told that the answer cannot be saved. */
const SLOW_SAVE_MS = 2_500;

/**
 * One prompt, from the queue to its final answer in the ledger. Each state is stored before its
 * consequences happen: queued → begun (ids created) → posted (the agent has it) → ended.
 */
export class Turn {
  readonly #conversation: TurnConversation;
  readonly #services: Services;
  /** Whether an earlier run of the program accepted it. */
  readonly #isResumed: boolean;
  readonly #live: LiveMessage;
  readonly #asks: TurnAsks;
  /** Ends the wait for a session once the turn is cancelled. */
  readonly #cancelled = new AbortController();
  #record: TurnRecord;
  #isSlotStored: boolean;
  #follower: RunFollower | undefined;
  /** A notice that the final answer shows too. */
  #notice: string | undefined;
  /** Why the turn is delayed at the moment. */
  #delay: string | undefined;

  constructor(
    record: TurnRecord,
    conversation: TurnConversation,
    services: Services,
    isResumed: boolean,
  ) {
    const slot = isResumed ? services.chat.markResumed(record.slot) : record.slot;
    this.#record = { ...record, slot };
    this.#conversation = conversation;
    this.#services = services;
    this.#isResumed = isResumed;
    this.#isSlotStored = slot.messageId === undefined || slot === record.slot;
    this.#live = services.outbox.live(this);
    this.#asks = new TurnAsks({ ...services, conversation }, record.state.kind === "queued");
  }

  get record(): TurnRecord {
    return this.#record;
  }

  /** The message that shows the turn. */
  get slot(): Slot {
    return this.#record.slot;
  }

  /** What a reader should see of the turn, once it is followed. */
  get reading(): Reading | undefined {
    return this.#follower?.reading;
  }

  /** Resolves when the open asks are known. Before that, an answer cannot be told from a prompt. */
  get asksKnown(): Promise<void> {
    return this.#asks.known;
  }

  /** What the turn waits for, as a text for people. */
  get waitsFor(): string {
    return waitsFor(this.reading, this.#services.texts);
  }

  /** Schedules an edit of the live message. */
  #show(): void {
    this.#live.show(() => this.#liveView());
  }

  /** Shows how many prompts come first. */
  showQueued(before: number): void {
    this.#live.show(() => queuedView(before, this.#services.texts));
  }

  /** Replaces the slot. It is stored if the message is new, or if the stored slot is out of date. */
  async keepSlot(slot: Slot): Promise<void> {
    const isNew = slot.messageId !== this.slot.messageId;
    this.#record = { ...this.#record, slot };
    if (isNew) this.#services.outbox.retryChat(slot.target.chatId);
    if (isNew || !this.#isSlotStored) await this.#store();
    this.#isSlotStored = true;
  }

  /** Cancels the turn. Resolves when that is stored; the turn ends later. */
  async cancel(): Promise<void> {
    if (this.#record.cancelled) return;
    this.#record = { ...this.#record, cancelled: true };
    await this.#store();
    this.#cancelled.abort();
    this.#follower?.checkNow();
  }

  /**
   * Runs the turn until its final answer is in the ledger and the turn is closed. Rejects only if the
   * signal aborts; the turn then stays open and is resumed at the next start.
   */
  async run(): Promise<void> {
    const { texts, log, signal } = this.#services;
    if (this.#isResumed) {
      const recalled = isRecalled(this.#record.messageId, this.#services);
      if (this.#record.state.kind === "queued" && await recalled) return await this.drop();
      recalled.then(async (isRecalled) => isRecalled && await this.cancel())
        .catch((error) => log.warn(`cannot end a recalled turn: ${describe(error)}`));
    }
    this.#show();
    let outcome: Outcome;
    let failure: string | undefined;
    try {
      outcome = await this.#advance();
    } catch (error) {
      signal.throwIfAborted();
      log.warn(`turn ${this.#record.id} failed: ${describe(error)}`);
      outcome = this.#record.cancelled ? "cancelled" : "failed";
      if (outcome === "failed") failure = failureText(error, texts);
    }
    await this.#end(outcome, async () => {
      this.#follower?.close();
      await this.#conversation.commit(await this.#asks.close(texts.turnOver));
      return await answerRows(this.#record, this.reading, outcome, {
        ...this.#services,
        asks: this.#conversation.asks,
        view: { ...this.#viewOptions(), failure },
      });
    });
    log.info(`turn ${this.#record.id} ${outcome}`);
  }

  /** Ends a queued turn without running it. */
  async drop(): Promise<void> {
    const view: View = { status: "cancelled", note: this.#services.texts.cancelledQueued };
    const rows = () => Promise.resolve([turnRow(this.#record, this.slot, view, 0)]);
    await this.#end("cancelled", rows);
  }

  /** Stops updating the message when the program ends, and says so in the message. */
  async release(): Promise<void> {
    const { texts, settings } = this.#services;
    const isLost = runOf(this.#record) !== undefined && settings.ownsAgent;
    const note = isLost ? texts.turnStopped : texts.bridgeStopped;
    await this.#live.stop({ ...this.#liveView(), status: "interrupted", note });
    this.#follower?.close();
  }

  /** Moves the turn from state to state until the agent has ended it. */
  async #advance(): Promise<Outcome> {
    // An earlier run of the program may have done more than it stored.
    const inDoubt = this.#record.state.kind !== "queued";
    for (;;) {
      const { state, cancelled } = this.#record;
      switch (state.kind) {
        case "queued":
          if (cancelled) return "cancelled";
          await this.#begin();
          break;
        case "begun":
          if (cancelled && !inDoubt) return "cancelled";
          await postRun(this.#record, state.run, inDoubt, {
            ...this.#services,
            follow: (run, gap) => this.#followRun(run, gap),
            enter: (state, update) => this.#enter(state, update),
            notify: (notice) => this.#notice = notice,
          });
          break;
        case "posted":
          return await this.#follow(state.run);
        case "ended":
          return state.outcome;
      }
    }
  }

  /** Creates and stores the ids of the turn, and binds the conversation to its session. */
  async #begin(): Promise<void> {
    const { agent, signal } = this.#services;
    const { directory, sessionId, model, agent: chosen } = this.#conversation.record;
    const id = sessionId ??
      await agent.createSession(directory, AbortSignal.any([signal, this.#cancelled.signal]));
    const run = agent.begin({ id, directory }, { model, agent: chosen });
    await this.#enter({ kind: "begun", run }, bindSession(run, sessionId));
  }

  async #follow(run: Run): Promise<Outcome> {
    const { agent, texts, log, signal } = this.#services;
    const follower = this.#follower ?? this.#followRun(run, true);
    const end = await follower.waitForEnd();
    if (end === "lost") this.#notice = texts.sessionGone;
    const outcome = end === "lost" ? "interrupted" : end;
    if (this.#record.task?.kind === "compact" && outcome !== "done") {
      // opencode would repeat the compaction instead of running the next prompt.
      await agent.withdraw(run, signal)
        .catch((error) => log.warn(`cannot take back a compaction: ${describe(error)}`));
    }
    return outcome;
  }

  /** @param gap Whether the run may have begun before. */
  #followRun(run: Run, gap: boolean): RunFollower {
    const { texts } = this.#services;
    this.#follower?.close();
    const follower: RunFollower = new RunFollower(run, gap, {
      ...this.#services,
      isCancelled: () => this.#record.cancelled === true,
      onChange: (busy) => {
        if (busy !== undefined) this.#delay = undefined;
        this.#show();
        this.#updateAsks(follower, busy);
      },
      onAway: (why) => {
        this.#delay = texts.agentAwayForNow(why);
        this.#show();
      },
    });
    this.#follower = follower;
    this.#show();
    return follower;
  }

  /** @param busy Whether the session is busy, if the server was asked. */
  #updateAsks(follower: RunFollower, busy: boolean | undefined): void {
    const { texts } = this.#services;
    this.#asks.update(follower.requests, this.#record, busy !== undefined, () => {
      // A session that waits for an answer is busy. If it is not, the turn has ended.
      const hasEnded = follower.hasEnded || this.#record.cancelled || busy === false;
      return hasEnded ? texts.turnOver : texts.answeredElsewhere;
    }, follower.outsideActs);
  }

  /** Stores the next state together with a change of the conversation. */
  async #enter(state: TurnState, update?: ConversationUpdate): Promise<void> {
    if (this.#record.state.kind === "ended") return;
    this.#record = { ...this.#record, state };
    await this.#conversation.commit({ turns: [this.#record], ...(update && { update }) });
  }

  /** Stores the turn, unless it has ended. */
  async #store(): Promise<void> {
    await this.#enter(this.#record.state);
  }

  /** Puts the last messages into the ledger and closes the turn in one step. */
  async #end(outcome: Outcome, rowsOf: () => Promise<LedgerRow[]>): Promise<void> {
    const { store, outbox, texts } = this.#services;
    await this.#live.stop();
    const rows = await rowsOf();
    const run = runOf(this.#record);
    this.#record = { ...this.#record, state: { kind: "ended", outcome, ...(run && { run }) } };
    const isSaved = new AbortController();
    const saved = this.#conversation.commit({ closed: [this.#record], rows })
      .finally(() => isSaved.abort());
    // Awaited below.
    saved.catch(() => {});
    await pause(SLOW_SAVE_MS, isSaved.signal);
    if (store.writeError !== undefined) {
      const note = texts.diskTrouble(store.writeError);
      await outbox.sendOnce(this.slot, { ...this.#liveView(), note });
    }
    await saved;
    outbox.react(this.#record.messageId, outcome === "interrupted" ? "failed" : outcome);
  }

  #liveView(): View {
    return liveView(this.reading, this.#viewOptions());
  }

  #viewOptions(): TurnViewOptions {
    return viewOptions(this.#record, this.reading, this.#services, [this.#notice, this.#delay]);
  }
}

import type { ConversationUpdate } from "../../model/conversation.ts";
import type { SavedFile } from "../../model/message.ts";
import type { Reading } from "../../model/reading.ts";
import type { Outcome, Run, TurnRecord } from "../../model/turn.ts";
import { withSpent } from "../budget/spent_of.ts";
import { TurnBudget } from "../budget/turn_budget.ts";
import { combine } from "../effects.ts";
import type { Services } from "../services.ts";
import { answerRows } from "./answer_rows.ts";
import { withoutFilesOf } from "../inbox/waiting_files.ts";
import { AwakeClock } from "./awake_clock.ts";
import { closeAfter } from "./close_after.ts";
import { closingLine } from "./closing_line.ts";
import { endTurn, type RowsOf } from "./end_turn.ts";
import { enterState, giveBack, workOf } from "./give_back.ts";
import { howEnded } from "./how_ended.ts";
import { outcomeLine } from "./outcome.ts";
import { awaited } from "./ping.ts";
import { endRecalled } from "./recall.ts";
import { answeredEnd, droppedRow } from "./queued_view.ts";
import { mayCreate } from "./may_create.ts";
import type { RunFollower } from "./run_follower.ts";
import { saveEnd } from "./save_end.ts";
import { answeredAlong, type SteerableTurn } from "./steering.ts";
import { TurnAsks } from "./turn_asks.ts";
import { TurnFiles } from "./turn_files.ts";
import type { TurnConversation } from "./turn_conversation.ts";
import { TurnMessage } from "./turn_message.ts";
import { TurnRunner } from "./turn_runner.ts";
import { unfinished } from "./unfinished.ts";
import { waitsFor } from "./turn_view.ts";

/**
 * One prompt, from the queue to its final answer in the ledger. Each state is stored before its
 * consequences happen: queued → begun (ids created) → posted (the agent has it) → ended. A cancelled turn
 * ends when the agent confirms it; until then it is stopping.
 */
export class Turn implements SteerableTurn {
  readonly clock = new AwakeClock();
  readonly files: TurnFiles;
  readonly whenTaken = (): Promise<void> => this.#runner.whenTaken();
  readonly takeBack = (): Promise<boolean> => this.#runner.takeBack();
  readonly asksKnown: TurnAsks["known"];
  /** Settles, never rejects, when the agent has confirmed the stop; not set if it had when the turn ended. */
  stopping: Promise<void> | undefined;
  readonly #conversation: TurnConversation;
  readonly #services: Services;
  /** Whether an earlier run of the program accepted it. */
  readonly #isResumed: boolean;
  readonly #message: TurnMessage;
  readonly #asks: TurnAsks;
  /** Aborts once the turn is cancelled: an input of every wait. */
  readonly #cancelled = new AbortController();
  readonly #runner: TurnRunner;
  readonly #budget: TurnBudget;
  #record: TurnRecord;
  #isSlotStored: boolean;
  /** What the conversation gets back at the end, once that is known. */
  #back: ConversationUpdate | undefined;

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
    this.#isSlotStored = slot === record.slot;
    if (record.cancelled) this.#cancelled.abort();
    this.#budget = new TurnBudget(this, { ...services, conversation });
    this.#runner = new TurnRunner(record, {
      ...services,
      conversation,
      budget: this.#budget,
      cancelled: this.#cancelled.signal,
      work: () => workOf(this.#record, conversation.record),
      state: () => this.#record.state,
      enter: async (state, update) => void await this.#enter(state, update),
      onChange: (follower, busy) => this.#onChange(follower, busy),
      onText: () => this.#message.show(false),
      onWait: (wait) => this.#message.showWait(wait),
      notify: (notice) => this.#message.notes.notice = notice,
      explain: (failure) => this.#message.notes.failure = failure,
    });
    this.#message = new TurnMessage(this, {
      ...services,
      conversation,
      isResumed,
      asked: () => this.#asks.count,
      notices: () => [this.#asks.autoNote, this.#budget.note(this.reading)],
    });
    const { kind } = record.state;
    const isNew = kind === "queued" || kind === "stopping";
    const note = (more: Partial<TurnRecord>) => this.#record = { ...this.#record, ...more };
    this.#asks = new TurnAsks({ ...services, conversation, note, allowed: record.allowed }, isNew);
    this.asksKnown = this.#asks.known;
    this.files = new TurnFiles({
      ...services,
      conversation,
      turn: () => this.#record,
      isOver: () => this.#message.isOver,
      note: (sent) => note({ sent }),
    });
  }

  get record(): TurnRecord {
    return this.#record;
  }

  get slot(): TurnRecord["slot"] {
    return this.#record.slot;
  }

  /** What a reader should see of the turn, once it is followed. */
  get reading(): Reading | undefined {
    return this.#runner.reading;
  }

  /** What the turn waits for, as a text for people. */
  get waitsFor(): string {
    return this.#message.notes.wait?.waitsFor ?? waitsFor(this.reading, this.#services.texts);
  }

  /** Shows how many prompts come first, at most. */
  showQueued(before: number): void {
    this.#message.showQueued(before);
  }

  steer(steers: string, into: Run): boolean {
    if (this.#runner.hasBegun) return false;
    this.#record = { ...this.#record, steers };
    this.#runner.steer(into);
    this.showQueued(0);
    return true;
  }

  noteAnswered(answeredIn: string): TurnRecord {
    return this.#record = { ...this.#record, answeredIn };
  }

  /** Replaces the slot. It is stored if another request may create a message, or if the stored slot is out of date. */
  async keepSlot(slot: TurnRecord["slot"]): Promise<void> {
    if (slot.messageId !== this.slot.messageId) this.#services.outbox.retryChat(slot.target.chatId);
    const isOther = mayCreate(slot, this.slot);
    this.#record = { ...this.#record, slot };
    if (isOther || !this.#isSlotStored) await this.#enter();
    this.#isSlotStored = true;
  }

  /** Notes the person, by `open_id`, who cancels the turn by a button. */
  noteStop(stoppedBy: string): void {
    if (!this.#cancelled.signal.aborted) this.#record = { ...this.#record, stoppedBy };
  }

  /** Cancels the turn, at once even on a full disk. Resolves when that is stored; the turn ends later. */
  async cancel(): Promise<void> {
    if (this.#cancelled.signal.aborted) return;
    this.#record = { ...this.#record, cancelled: true };
    this.#cancelled.abort();
    this.#message.showWait(undefined);
    this.#runner.follower?.checkNow();
    await this.#enter();
  }

  /**
   * Runs the turn until its final answer is in the ledger and the turn is closed. If it rejects, the turn
   * stays open: call it again, unless the signal has aborted.
   */
  async run(): Promise<void> {
    const { texts, log } = this.#services;
    if (this.#isResumed && await endRecalled(this, this.#services)) return;
    const answered = answeredEnd(this.#record, texts);
    if (answered !== undefined) return await this.#end(...answered);
    this.#message.show();
    const running = this.#runner.run();
    const end = await howEnded(running, this.#cancelled.signal, () => this.#record, this.#services);
    const { outcome, stray } = end;
    await this.files.settled();
    this.#message.end(end);
    const { notes } = this.#message;
    await this.#end(outcome, async () => {
      if (stray === undefined) this.#runner.follower?.close();
      await this.#conversation.commit(await this.#asks.close(texts.turnOver));
      const { failure } = notes;
      return await answerRows(this.#record, this.reading, outcome, {
        ...this.#services,
        asks: this.#conversation.asks,
        files: this.files,
        view: { ...this.#message.viewOptions, failure, isLost: this.#runner.isLost },
      });
    }, stray);
    if (stray !== undefined) this.stopping = this.#closeAfter(running);
    log.info(outcomeLine(this.#record.id, outcome, notes.why(this.reading)));
  }

  /** Takes the files of a message out of a turn that has not begun; returns them. */
  async takeOut(messageId: string): Promise<readonly SavedFile[]> {
    const { turn, out } = withoutFilesOf(this.#record, messageId);
    this.#record = turn;
    if (out.length > 0) await this.#enter();
    return out;
  }

  /** Has a person told when the turn ends, whatever is set; resolves with whether it has not ended yet. */
  async awaitEnd(openId: string, isBuzz: boolean): Promise<boolean> {
    this.#record = awaited(this.#record, openId, isBuzz);
    if (this.#record.state.kind !== "queued") this.#message.show();
    return await this.#enter();
  }

  /** Ends a queued turn without running it. */
  async drop(): Promise<void> {
    await this.#end("cancelled", () => [droppedRow(this.#record, this.#services.texts)]);
  }

  /** Stops updating the message when the program ends, and says so in the message unless it goes on elsewhere. */
  async release(isMoving: boolean): Promise<void> {
    await this.#message.release(isMoving);
    if (!isMoving) await this.#conversation.commit(unfinished(this.#record, this.reading));
    this.#runner.follower?.close();
  }

  /** Resumes the wait for the end of a turn that an earlier run of the program left stopping. */
  resumeStop(): void {
    this.stopping = this.#message.stop().then(() => this.#closeAfter(this.#runner.run()));
  }

  #closeAfter(running: Promise<Outcome>): Promise<void> {
    const options = { ...this.#services, conversation: this.#conversation };
    return closeAfter(running, this.#runner, this.#record, options);
  }

  /** @param busy Whether the session is busy, if the server was asked. */
  #onChange(follower: RunFollower, busy: boolean | undefined): void {
    if (this.#message.isOver) return;
    this.files.show(follower.takeImages());
    if (busy !== undefined) this.#message.showWait(undefined);
    else this.#message.show();
    const line = () => closingLine(follower, this.#record, busy, this.#services.texts);
    this.#asks.update(follower, this.#record, busy, line);
  }

  /** Stores the turn with its next state and a change of the conversation. Returns `false` if it has ended. */
  async #enter(state = this.#record.state, update?: ConversationUpdate): Promise<boolean> {
    const { kind } = this.#record.state;
    if (kind === "ended" || kind === "stopping") return false;
    if (state.kind === "begun") this.clock.restart();
    const { turn, effects } = enterState(this.#record, state, this.#conversation.record);
    this.#record = turn;
    // The agent has refused to take it into the running turn.
    if (kind === "begun" && state.kind === "queued") this.showQueued(1);
    await this.#conversation.commit(combine(effects, update ? { update } : {}));
    return true;
  }

  /** Puts the last messages into the ledger and closes the turn in one step; see {@linkcode endTurn}. */
  async #end(outcome: Outcome, rowsOf: RowsOf, stray?: Run): Promise<void> {
    const { outbox, sessions } = this.#services;
    await this.#message.stop();
    const told = await this.#budget.end(this.reading);
    const rows = await rowsOf();
    // As long as the turn has not ended, its state says what the agent has.
    this.#back ??= giveBack(this.#record);
    const { follower } = this.#runner;
    const { record, changes } = endTurn(withSpent(this.#record, this.reading), outcome, {
      ...this.#services,
      rows,
      stray,
      lastPrompt: follower?.lastPrompt,
      isUnanswered: this.#budget.isUnanswered,
      conversation: this.#conversation.record,
      reading: this.reading,
      now: this.clock.now(),
    });
    this.#record = record;
    const turns = answeredAlong(this.#conversation.queue, this.#record, follower);
    const effects = combine(changes, { turns }, this.#back ? { update: this.#back } : {}, told);
    const showing = { slot: this.slot, view: () => this.#message.view };
    await saveEnd(this.#conversation.commit(effects), showing, this.#services);
    if (stray === undefined) sessions.free(this.#record.id);
    outbox.react(this.#record.messageId, outcome === "interrupted" ? "failed" : outcome);
  }
}

import { abortable } from "@std/async";
import { backoff } from "../../base/waiting/backoff.ts";
import { describe, isGone } from "../../base/errors.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { Posted } from "../../model/ports.ts";
import type { Reading } from "../../model/reading.ts";
import type { SessionRef } from "../../model/session.ts";
import { type Outcome, type Run, runOf, type TurnRecord } from "../../model/turn.ts";
import { withEarlier } from "./earlier_answer.ts";
import { whyNoPlace } from "../places/why_no_place.ts";
import { noteTopic } from "./give_back.ts";
import { lastPrompt } from "./last_prompt.ts";
import { broughtBefore, noteLimit, waitForLimit } from "./model_limit.ts";
import { postRun } from "./post_run.ts";
import { bindRun, hasMoved, runPlace, usableSession } from "./run_place.ts";
import { RunFollower } from "./run_follower.ts";
import type { RunnerOptions } from "./runner_options.ts";
import { steerRun } from "./steer_run.ts";
import { takeBack } from "./take_back.ts";
import { withUnfinished } from "./unfinished.ts";
import { whileAway } from "./while_away.ts";
import { withdrawLeft } from "./withdraw_left.ts";

/** How long to wait before a busy session is looked at again, or an agent that does not answer is asked again. */
const BACKOFF = { firstMs: 500, maxMs: 5_000 };

/** Takes a turn from its queue to the end that the agent's server confirms. */
export class TurnRunner {
  readonly #turn: TurnRecord;
  readonly #options: RunnerOptions;
  /** Aborts when the turn is cancelled or the program ends. */
  readonly #unwanted: AbortSignal;
  #follower: RunFollower | undefined;
  #outcome: Promise<Outcome> | undefined;
  /** Whether its session is gone. */
  isLost = false;
  readonly #taken = Promise.withResolvers<void>();
  /** Settles when it is known whether the agent has the prompt that goes into another turn; never rejects. */
  #steering: Promise<void> | undefined;

  constructor(turn: TurnRecord, options: RunnerOptions) {
    this.#turn = turn;
    this.#options = options;
    this.#unwanted = AbortSignal.any([options.signal, options.cancelled]);
  }

  /** What the agent does, once the turn has begun. */
  get follower(): RunFollower | undefined {
    return this.#follower;
  }

  /** What a reader should see of the turn, once it is followed. */
  get reading(): Reading | undefined {
    const before = runOf({ state: this.#options.state() })?.goesOn ?? this.#turn.earlier;
    return withUnfinished(this.#turn, withEarlier(before, this.#follower?.reading));
  }

  /**
   * Runs the turn from its state on. A cancelled turn that the agent does not have is not posted; one that
   * it has is aborted and followed to its end. Called again, it runs nothing twice.
   */
  run(): Promise<Outcome> {
    this.#outcome ??= this.#run().finally(() => this.#taken.resolve());
    return this.#outcome;
  }

  /** Whether it runs, or the agent may have its prompt. */
  get hasBegun(): boolean {
    return this.#outcome !== undefined || this.#steering !== undefined;
  }

  /** Resolves when the prompt is known to be in the session, or the turn has ended. */
  whenTaken(): Promise<void> {
    // The event that says so may have been lost.
    this.#follower?.checkNow();
    return this.#taken.promise;
  }

  /** Gives the prompt to the agent while another run goes on in its session; see {@linkcode steerRun}. */
  steer(into: Run): void {
    const post = (run: Run) => this.#postTo(run, false);
    this.#steering = steerRun(this.#turn, into, { ...this.#options, post });
  }

  /** Takes the prompt back that went into another run; returns whether the agent has not read it and will not. */
  async takeBack(): Promise<boolean> {
    await this.#steering;
    return await takeBack(() => this.#outcome !== undefined, this.#options);
  }

  async #run(): Promise<Outcome> {
    await this.#steering;
    const { budget, cancelled } = this.#options;
    const state = this.#options.state();
    if (state.kind === "ended") return state.outcome;
    if (state.kind === "queued" && cancelled.aborted) return "cancelled";
    if (state.kind === "queued" && await this.#hasNoPlace()) return "failed";
    const refused = state.kind === "queued" ? await budget.mayBegin(this.#options) : undefined;
    if (refused !== undefined) return refused;
    const run = state.kind === "queued" ? await this.#begin() : state.run;
    // A turn that an earlier run of the program had begun still has its session.
    this.#options.sessions.tryTake(run.sessionId, this.#turn.id);
    if (state.kind === "posted") return await this.#follow(run);
    return await this.#postAndFollow(run, state.kind !== "queued");
  }

  /** Whether the turn cannot run in its directory; explains why. */
  async #hasNoPlace(): Promise<boolean> {
    const { conversation, texts, explain } = this.#options;
    const { directory } = runPlace(this.#turn, conversation.record);
    const why = await whyNoPlace(directory, this.#options);
    if (why === undefined) return false;
    const isOwn = this.#turn.scheduled?.directory !== undefined;
    explain((isOwn ? texts.noRunPlace : texts.noPlace)[why](directory));
    return true;
  }

  async #postAndFollow(run: Run, wasBegun: boolean): Promise<Outcome> {
    const { texts, explain } = this.#options;
    const posted = await this.#post(run, wasBegun);
    if (posted === undefined) return "cancelled";
    if (posted !== "unclear") return await this.#follow(posted);
    explain(texts.commandUnclear);
    return "failed";
  }

  /** Creates and stores the ids of the turn, once nothing else runs in the conversation's session. */
  async #begin(): Promise<Run> {
    const { agent, conversation, enter, texts, notify } = this.#options;
    for (;;) {
      const place = runPlace(this.#turn, conversation.record);
      const { directory } = place;
      const lead = (at: SessionRef) => this.#persist(() => agent.leadMs(at, this.#unwanted));
      const wanted = { ...this.#options, signal: this.#unwanted };
      const known = await usableSession(place, lead, wanted);
      const id = known ?? await this.#createSession(directory);
      await this.#waitForTurn({ id, directory }, known === undefined);
      const { record } = conversation;
      // The conversation may have gone to another session meanwhile.
      if (hasMoved(place, this.#turn, record)) continue;
      if (known !== place.sessionId) notify(texts.sessionAhead);
      const begun = agent.begin({ id, directory }, record);
      const run = { ...begun, ...lastPrompt(record, id, known === undefined) };
      await enter({ kind: "begun", run }, bindRun(this.#turn, run, place.sessionId));
      return run;
    }
  }

  /** Waits until no other turn runs in a session, not even one that was begun elsewhere. */
  async #waitForTurn(session: SessionRef, isFresh: boolean): Promise<void> {
    const { agent, conversation: { others }, sessions, texts, log, onWait } = this.#options;
    let hasWaited = false;
    sessions.free(this.#turn.id);
    if (!sessions.tryTake(session.id, this.#turn.id)) {
      hasWaited = true;
      onWait({ note: texts.otherChatRuns, waitsFor: texts.waitsForOtherChat });
      await sessions.take(session.id, this.#turn.id, this.#unwanted);
    }
    if (!isFresh) {
      const isBusy = () => agent.isBusy(session, this.#unwanted);
      for (let times = 1; await this.#persist(isBusy); times++) {
        hasWaited = true;
        onWait({ note: texts.busyElsewhere, waitsFor: texts.waitsForElsewhere });
        await pause(backoff(times, BACKOFF), this.#unwanted);
      }
    }
    // What the agent or somebody else did there meanwhile is shown before this turn begins.
    const look = async () =>
      await others.look().catch((error) => log.warn(`cannot look for others: ${describe(error)}`));
    await abortable(hasWaited ? look() : others.settled(), this.#unwanted);
    this.#unwanted.throwIfAborted();
    onWait(undefined);
  }

  #createSession(directory: string): Promise<string> {
    return this.#persist(() => this.#options.agent.createSession(directory, this.#unwanted));
  }

  /** See {@linkcode whileAway}. */
  #persist<T>(act: () => Promise<T>): Promise<T> {
    return whileAway(act, (why) => this.#onAway(why), this.#unwanted);
  }

  /**
   * Posts the prompt; resolves with the run that the agent has, or what {@linkcode postRun} says instead.
   * A lost session is replaced by a fresh one.
   */
  async #post(first: Run, wasBegun: boolean): Promise<Run | "unclear" | undefined> {
    const { sessions, texts, cancelled, enter, notify } = this.#options;
    let run = first;
    for (let isLost = false;; isLost = true) {
      const inDoubt = wasBegun && !isLost;
      this.#followRun(run, inDoubt);
      try {
        const posted = await this.#postTo(run, inDoubt);
        if (posted === undefined || posted === "unclear") return posted;
        if (posted.unreadable) notify(texts.pictureUnreadable);
        const postedRun = { ...run, userMessageId: posted.userMessageId };
        await enter({ kind: "posted", run: postedRun }, noteTopic(this.#turn));
        // All events may have arrived already, under the other id.
        if (postedRun.userMessageId !== run.userMessageId) this.#followRun(postedRun, true);
        return postedRun;
      } catch (error) {
        if (!isGone(error) || isLost) throw error;
        if (cancelled.aborted) return undefined;
        // The session or opencode's data was deleted, so the conversation continues in a fresh session.
        notify(texts.sessionLost);
        const before = run.sessionId;
        run = { ...run, sessionId: await this.#createSession(run.directory) };
        sessions.free(this.#turn.id);
        sessions.tryTake(run.sessionId, this.#turn.id);
        await enter({ kind: "begun", run }, bindRun(this.#turn, run, before));
      }
    }
  }

  #postTo(run: Run, inDoubt: boolean): Promise<Posted | "unclear" | undefined> {
    const { texts, work, onWait } = this.#options;
    return postRun(run, {
      ...this.#options,
      work: run.goesOn ? { text: texts.goOnPrompt } : work(),
      inDoubt,
      onAway: (why) => this.#onAway(why),
      onUnseen: () => onWait({ note: texts.commandUnseen, waitsFor: texts.waitsForServer }),
    });
  }

  /** Follows a posted run to its end. */
  async #follow(run: Run): Promise<Outcome> {
    const { cancelled, enter } = this.#options;
    const follower = this.#follower ?? this.#followRun(run, true);
    this.#noteTaken(follower);
    const end = await follower.waitForEnd();
    const goneOn = end === "interrupted" ? await this.#goOn() : undefined;
    if (goneOn !== undefined) return goneOn;
    this.isLost = end === "lost";
    if (end === "lost") return "interrupted";
    const outcome = cancelled.aborted && end === "interrupted" ? "cancelled" : end;
    const left = { turn: this.#turn, reading: follower.reading, isCancelled: cancelled.aborted };
    if (await withdrawLeft(run, outcome, { ...this.#options, ...left })) {
      await enter({ kind: "begun", run });
    }
    return outcome;
  }

  /**
   * Goes on where the agent's server has ended while it waited for the model, once that can be asked again.
   * Resolves with the outcome; `undefined` if the turn has ended.
   */
  async #goOn(): Promise<Outcome | undefined> {
    const { agent, enter, state } = this.#options;
    const run = runOf({ state: state() });
    const { task, begunBy } = this.#turn;
    // A turn that nobody here asked for is for others to continue.
    const isOurs = begunBy === undefined && task?.kind !== "compact";
    if (run?.limit === undefined || !isOurs) return undefined;
    const waiting = { ...this.#options, signal: this.#unwanted };
    if (!await waitForLimit(run.limit, waiting)) return undefined;
    const { sessionId: id, directory, model, effort, agent: chosen } = run;
    await this.#waitForTurn({ id, directory }, false);
    const begun = agent.begin({ id, directory }, { model, effort, agent: chosen });
    const { startedAt, userMessageId: after } = run;
    const next = { ...begun, startedAt, after, goesOn: broughtBefore(this.reading) };
    const entered = enter({ kind: "begun", run: next });
    // The next run carries what this one has brought, so it is no longer read.
    this.#follower?.close();
    this.#follower = undefined;
    await entered;
    return await this.#postAndFollow(next, false);
  }

  #followRun(run: Run, gap: boolean): RunFollower {
    const { cancelled, onChange } = this.#options;
    this.#follower?.close();
    const follower: RunFollower = new RunFollower(run, gap, {
      ...this.#options,
      isCancelled: () => cancelled.aborted,
      onChange: (busy) => {
        noteLimit(follower.retry, busy, this.#options);
        this.#noteTaken(follower);
        onChange(follower, busy);
      },
      onAway: (why) => this.#onAway(why),
    });
    this.#follower = follower;
    onChange(follower, undefined);
    return follower;
  }

  /** Notes when the prompt is in the session. Its post is answered before that, and another could get there first. */
  #noteTaken({ lastPrompt }: RunFollower): void {
    if (lastPrompt !== undefined) this.#taken.resolve();
  }

  #onAway(why: string): void {
    const { texts, onWait } = this.#options;
    onWait({ note: texts.agentAwayForNow(why), waitsFor: texts.waitsForServer });
  }
}

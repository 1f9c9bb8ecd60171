import { abortable } from "@std/async";
import { backoff } from "../../base/backoff.ts";
import { describe, isGone } from "../../base/errors.ts";
import { pause } from "../../base/wakeup.ts";
import type { ConversationRecord, ConversationUpdate } from "../../model/conversation.ts";
import type { Posted } from "../../model/ports.ts";
import type { Reading } from "../../model/reading.ts";
import type { Outcome, Run, TurnRecord, TurnState, Work } from "../../model/turn.ts";
import type { Services } from "../services.ts";
import { withEarlier } from "./earlier_answer.ts";
import { noteTopic } from "./give_back.ts";
import { lastPrompt } from "./last_prompt.ts";
import { bindSession, postRun } from "./post_run.ts";
import { RunFollower } from "./run_follower.ts";
import { steerRun } from "./steer_run.ts";
import { takeBack } from "./take_back.ts";
import type { TurnConversation } from "./turn_conversation.ts";
import { whileAway } from "./while_away.ts";

/** The part of a conversation that a {@linkcode TurnRunner} uses. */
export interface RunnerConversation {
  /** The current record. */
  readonly record: ConversationRecord;
  readonly others: TurnConversation["others"];
}

/** What a {@linkcode TurnRunner} needs. */
export interface RunnerOptions
  extends Pick<Services, "agent" | "sessions" | "texts" | "log" | "signal"> {
  readonly conversation: RunnerConversation;
  /** What is asked of the agent now. */
  readonly work: () => Work;
  /** How far the turn has come. */
  readonly state: () => TurnState;
  /** Aborts once the turn is cancelled. */
  readonly cancelled: AbortSignal;
  /**
   * Called when what the agent does may have changed. `busy` says whether its session is busy, if the
   * server was asked.
   */
  readonly onChange: (follower: RunFollower, busy: boolean | undefined) => void;
  /** Called when nothing but a text has grown. */
  readonly onText: () => void;
  /** Stores the turn's next state together with a change of the conversation. */
  readonly enter: (state: TurnState, update?: ConversationUpdate) => Promise<void>;
  /** Shows what the turn waits for, if it does. */
  readonly onWait: (wait: Wait | undefined) => void;
  /** Shows a notice to the reader. */
  readonly notify: (notice: string) => void;
  /** Says why the turn fails, where the agent does not. */
  readonly explain: (failure: string) => void;
}

/** Why a turn does not go on at the moment. */
export interface Wait {
  /** A sentence for its message. */
  readonly note: string;
  /** What it waits for, for `/status`. */
  readonly waitsFor: string;
}

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
  /** Resolves when the agent has the prompt, or the turn has ended. */
  readonly taken = this.#taken.promise;
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
    return withEarlier(this.#turn.earlier, this.#follower?.reading);
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
    const { texts, cancelled, explain } = this.#options;
    const { id } = this.#turn;
    const state = this.#options.state();
    if (state.kind === "ended") return state.outcome;
    if (state.kind === "queued" && cancelled.aborted) return "cancelled";
    let run = state.kind === "queued" ? await this.#begin() : state.run;
    // An earlier run of the program that had begun the turn still has its session.
    this.#options.sessions.tryTake(run.sessionId, id);
    if (state.kind !== "posted") {
      const posted = await this.#post(run, state.kind !== "queued");
      if (posted === undefined) return "cancelled";
      if (posted === "unclear") {
        explain(texts.commandUnclear);
        return "failed";
      }
      run = posted;
    }
    this.#taken.resolve();
    return await this.#follow(run);
  }

  /** Creates and stores the ids of the turn, once nothing else runs in the conversation's session. */
  async #begin(): Promise<Run> {
    const { agent, conversation, enter } = this.#options;
    for (;;) {
      const { directory, sessionId } = conversation.record;
      const id = sessionId ?? await this.#createSession(directory);
      await this.#waitForTurn({ id, directory }, sessionId === undefined);
      const { record } = conversation;
      // The conversation may have gone to another session meanwhile.
      if (record.directory !== directory || record.sessionId !== sessionId) continue;
      const { model, effort, agent: chosen } = record;
      const begun = agent.begin({ id, directory }, { model, effort, agent: chosen });
      const run = { ...begun, ...lastPrompt(record, id, sessionId === undefined) };
      await enter({ kind: "begun", run }, bindSession(run, sessionId));
      return run;
    }
  }

  /** Waits until no other turn runs in a session, also none that was begun elsewhere. */
  async #waitForTurn(
    session: { readonly id: string; readonly directory: string },
    isFresh: boolean,
  ): Promise<void> {
    const { agent, conversation: { others }, sessions, texts, log, onWait } = this.#options;
    const turn = this.#turn.id;
    let hasWaited = false;
    sessions.free(turn);
    if (!sessions.tryTake(session.id, turn)) {
      hasWaited = true;
      onWait({ note: texts.otherChatRuns, waitsFor: texts.waitsForOtherChat });
      await sessions.take(session.id, turn, this.#unwanted);
    }
    if (!isFresh) {
      const isBusy = () => agent.isBusy(session, this.#unwanted);
      for (let times = 1; await this.#persist(isBusy); times++) {
        hasWaited = true;
        onWait({ note: texts.busyElsewhere, waitsFor: texts.waitsForElsewhere });
        await pause(backoff(times, BACKOFF), this.#unwanted);
      }
    }
    // What the agent did by itself meanwhile, or others did, is shown before this begins.
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
        await enter({ kind: "begun", run }, bindSession(run, before));
      }
    }
  }

  #postTo(run: Run, inDoubt: boolean): Promise<Posted | "unclear" | undefined> {
    const { texts, work, onWait } = this.#options;
    return postRun(run, {
      ...this.#options,
      work: work(),
      inDoubt,
      onAway: (why) => this.#onAway(why),
      onUnseen: () => onWait({ note: texts.commandUnseen, waitsFor: texts.waitsForServer }),
    });
  }

  /** Follows a posted run to its end. */
  async #follow(run: Run): Promise<Outcome> {
    const { texts, cancelled, enter, notify } = this.#options;
    const follower = this.#follower ?? this.#followRun(run, true);
    const end = await follower.waitForEnd();
    this.isLost = end === "lost";
    if (end === "lost") notify(texts.sessionGone);
    const outcome = end === "lost" ? "interrupted" : end;
    // opencode would repeat the compaction instead of running the next prompt, and answer a cancelled prompt
    // that it has not begun together with the next one.
    const { accepted, started } = follower.reading;
    const isCompaction = this.#turn.task?.kind === "compact";
    const isUnread = cancelled.aborted && accepted && !started;
    const isLeft = isCompaction ? outcome !== "done" : isUnread && this.#turn.begunBy === undefined;
    if (!isLeft || end === "lost") return outcome;
    // Then the agent does not have it any more.
    if (await this.#withdraw(run) && !isCompaction) await enter({ kind: "begun", run });
    return outcome;
  }

  /** Takes a prompt back; returns whether that worked. */
  async #withdraw(run: Run): Promise<boolean> {
    const { agent, log, signal } = this.#options;
    try {
      await agent.withdraw(run, signal);
      return true;
    } catch (error) {
      log.warn(`cannot take back a prompt: ${describe(error)}`);
      return false;
    }
  }

  #followRun(run: Run, gap: boolean): RunFollower {
    const { cancelled, onChange } = this.#options;
    this.#follower?.close();
    const follower: RunFollower = new RunFollower(run, gap, {
      ...this.#options,
      isCancelled: () => cancelled.aborted,
      onChange: (busy) => onChange(follower, busy),
      onAway: (why) => this.#onAway(why),
    });
    this.#follower = follower;
    onChange(follower, undefined);
    return follower;
  }

  #onAway(why: string): void {
    const { texts, onWait } = this.#options;
    onWait({ note: texts.agentAwayForNow(why), waitsFor: texts.waitsForServer });
  }
}

import { backoff } from "../../base/waiting/backoff.ts";
import { describe, isGone } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { pause, Wakeup } from "../../base/waiting/wakeup.ts";
import type { AgentRequest } from "../../model/agent_request.ts";
import type { ToolImage } from "../../model/agent_tool.ts";
import type { OutsideAct } from "../../model/outside_act.ts";
import type { FollowedTurn } from "../../model/followed_turn.ts";
import type { PromptMark } from "../../model/prompt.ts";
import type { Agent } from "../../model/ports.ts";
import type { ModelRetry, Reading } from "../../model/reading.ts";
import type { Outcome, Run } from "../../model/turn.ts";
import { outcomeOf, SETTLE_MS } from "./outcome.ts";

/** Milliseconds between two refreshes of a turn without news. */
const CHECK_MS = 15_000;
/** The same while it waits for people, who take their time: hundreds of questions may be open. */
const ASKING_CHECK_MS = 120_000;
/** How long to wait between two attempts to reach the agent. */
const AWAY_BACKOFF = { firstMs: 1_000, maxMs: 10_000 };
/** How long to wait between two attempts to abort a session that stays busy. */
const ABORT_BACKOFF = { firstMs: 250, maxMs: 5_000 };
/**
 * After how many milliseconds a turn that has ended, according to its events, counts as ended although its
 * session is busy: with a turn that was begun elsewhere.
 */
const OTHERS_MS = 3_000;

/** What a {@linkcode RunFollower} needs. */
export interface RunFollowerOptions {
  readonly agent: Pick<Agent, "follow" | "abort">;
  /** Whether somebody cancelled the turn. */
  readonly isCancelled: () => boolean;
  /** Called when the turn may have changed. After a refresh, `busy` says whether the session is busy. */
  readonly onChange: (busy?: boolean) => void;
  /** Called when nothing but a text has grown. */
  readonly onText: () => void;
  /** Called when the agent cannot be reached. It is tried again. */
  readonly onAway: (why: string) => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Follows a run of the agent to its end. */
export class RunFollower {
  readonly #run: Run;
  readonly #options: RunFollowerOptions;
  readonly #followed: FollowedTurn;
  readonly #due = new Wakeup();
  /** Events may have been missed, so the agent has to be asked. */
  #gap: boolean;
  /** The next refresh is far away, as the agent waits for people. */
  #isAsking = false;
  #isAborting = false;

  /** @param gap Whether the run began before it was followed. */
  constructor(run: Run, gap: boolean, options: RunFollowerOptions) {
    this.#run = run;
    this.#gap = gap;
    this.#options = options;
    this.#followed = options.agent.follow(run, (news) => {
      if (news === "text") options.onText();
      else options.onChange();
      if (options.isCancelled()) this.#abortNow();
      if (news === "gap") this.#gap = true;
      const isAnswered = this.#isAsking && this.requests.length === 0;
      if (this.#gap || isAnswered || this.#followed.hasEnded) this.checkNow();
    });
  }

  /** What a reader should see now. */
  get reading(): Reading {
    return this.#followed.read();
  }

  /** What the agent waits for to ask the model again, if it does. */
  get retry(): ModelRetry | undefined {
    return this.#followed.retry;
  }

  /** The open requests of the agent. */
  get requests(): readonly AgentRequest[] {
    return this.#followed.requests;
  }

  /** Whether these are all. If not, those of before a restart are missing. */
  get areRequestsListed(): boolean {
    return this.#followed.areRequestsListed;
  }

  /** What others did to the turn's requests and permissions. */
  get outsideActs(): readonly OutsideAct[] {
    return this.#followed.outsideActs;
  }

  /** The last prompt that belongs to the turn. */
  get lastPrompt(): PromptMark | undefined {
    return this.#followed.lastPrompt;
  }

  /** Whether a prompt was answered along with the turn's own. */
  answers(promptId: string): boolean {
    return this.#followed.answers(promptId);
  }

  /** Whether the turn has ended, according to the events so far. */
  get hasEnded(): boolean {
    return this.#followed.hasEnded;
  }

  /** The pictures that tools have returned since the last call. */
  takeImages(): readonly ToolImage[] {
    return this.#followed.takeImages();
  }

  /** Refreshes the turn at once. */
  checkNow(): void {
    this.#due.notify();
  }

  /** Stops following. */
  close(): void {
    this.#followed.close();
  }

  /**
   * Waits for the end of the turn. The server is asked regularly and confirms what the events say, so a
   * lost event only costs time. A cancelled turn is aborted again and again until the server says that it
   * has ended.
   *
   * @returns How it ended; `lost` if its session no longer exists.
   * @throws Only the signal's reason.
   */
  async waitForEnd(): Promise<Outcome | "lost"> {
    const { isCancelled, signal } = this.#options;
    let idleSince: number | undefined;
    let endedSince: number | undefined;
    let failures = 0;
    let aborts = 0;
    for (;;) {
      const isDue = this.#gap || this.hasEnded || idleSince !== undefined || isCancelled();
      this.#isAsking = !isDue && this.requests.length > 0;
      if (!isDue) await this.#due.wait(this.#isAsking ? ASKING_CHECK_MS : CHECK_MS, signal);
      this.#isAsking = false;
      signal.throwIfAborted();
      this.#gap = false;
      const busy = await this.#refresh();
      if (busy === "lost") return isCancelled() ? "cancelled" : "lost";
      if (busy === undefined) {
        this.#gap = true;
        await pause(backoff(++failures, AWAY_BACKOFF), signal);
        continue;
      }
      failures = 0;
      const now = performance.now();
      endedSince = this.hasEnded ? endedSince ?? now : undefined;
      idleSince = busy ? undefined : idleSince ?? now;
      const isOthers = busy && !this.#followed.isEndless && endedSince !== undefined &&
        now - endedSince > OTHERS_MS;
      // The outcome needs the server's word, or a session that is busy with somebody else's turn.
      if (!busy || isOthers) {
        const outcome = outcomeOf(
          this.reading,
          isCancelled(),
          now - (idleSince ?? endedSince ?? now),
        );
        if (outcome !== undefined) return outcome;
      } else if (!this.hasEnded && !isCancelled()) {
        // It runs, and nobody wants it to end: the next news is awaited.
        continue;
      }
      // For a moment the events are ahead of the status, and an abort takes time.
      const isStuck = busy && (isCancelled() || this.#followed.isEndless);
      await pause(isStuck ? backoff(++aborts, ABORT_BACKOFF) : SETTLE_MS / 4, signal);
    }
  }

  /**
   * Aborts a cancelled turn as soon as the agent has it: one of the agent's commands is stored late, and its
   * request is answered only at its end.
   */
  #abortNow(): void {
    const { agent, log, signal } = this.#options;
    if (this.#isAborting || this.hasEnded || !this.reading.accepted) return;
    this.#isAborting = true;
    agent.abort(this.#run, signal)
      .catch((error) => log.debug(`cannot abort a turn yet: ${describe(error)}`))
      .finally(() => this.#isAborting = false);
  }

  /** Stops what may still run in a session that is gone; returns whether the agent has confirmed it. */
  async #hasStopped(): Promise<boolean> {
    const { agent, log, signal } = this.#options;
    try {
      // opencode works on in a session that was deleted (observed on 1.18.33).
      await agent.abort(this.#run, signal);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (!isGone(error)) log.debug(`cannot stop a session that is gone: ${describe(error)}`);
      return isGone(error);
    }
  }

  /** Whether what the agent does for the turn has to be stopped. */
  get #isUnwanted(): boolean {
    return this.#followed.isEndless || (this.#options.isCancelled() && !this.hasEnded);
  }

  /** Whether the session is busy; `lost` if it is gone, `undefined` if the agent cannot be reached. */
  async #refresh(): Promise<boolean | "lost" | undefined> {
    const { agent, onChange, onAway, log, signal } = this.#options;
    try {
      // Repeated until it takes effect, because an abort can reach a session just before it begins. What
      // runs after the end of the turn belongs to others, unless it is the turn itself, without end.
      if (this.#isUnwanted) await agent.abort(this.#run, signal);
      const busy = await this.#followed.refresh(signal);
      onChange(busy);
      return busy;
    } catch (error) {
      signal.throwIfAborted();
      if (isGone(error) && await this.#hasStopped()) return "lost";
      log.warn(`cannot ask opencode about a turn of ${this.#run.sessionId}: ${describe(error)}`);
      onAway(describe(error));
      return undefined;
    }
  }
}

import { ApiError, describe } from "../../base/errors.ts";
import type { Watch } from "../../opencode/opencode.ts";
import { messageId, partId } from "../../opencode/v1/ids.ts";
import type { Reading } from "../../opencode/transcript/reading.ts";
import type { Run } from "../../model/records.ts";
import type { Conversation } from "../conversation.ts";
import type { Parts } from "../parts.ts";
import { pause, Wakeup } from "../../base/wakeup.ts";
import type { Turn } from "./turn.ts";
import { TurnAsks } from "./turn_asks.ts";
import type { Outcome } from "./turn_view.ts";

/** Milliseconds between two looks at a turn of which nothing is heard. */
const CHECK_MS = 15_000;
/** Milliseconds between two attempts to reach an opencode that does not answer. */
const RETRY_MS = 5_000;
/** Milliseconds in which an abort must end the turn. */
const ABORT_MS = 15_000;
/** Milliseconds in which a session's last messages follow its idle (observed on opencode 1.18.33). */
const SETTLE_MS = 1_000;
/** Milliseconds after which a prompt that started nothing counts as lost. */
const START_MS = 15_000;

/** A prompt's turn in opencode: begun, posted once, followed to its end. */
export class AgentTurn {
  readonly #turn: Pick<Turn, "prompt" | "save" | "show">;
  readonly #home: Pick<Conversation, "conversation" | "bind">;
  readonly #parts: Parts;
  readonly #wakeup = new Wakeup();
  /** Cuts short what comes before the prompt is posted. */
  readonly #cancelled = new AbortController();
  readonly asks: TurnAsks;
  #watch: Watch | undefined;
  /** Events may have come of which nobody told us, so that opencode has to be asked. */
  #gap: boolean;
  /** Something that the reader must know at the end too. */
  notice: string | undefined;
  /** What holds the turn up at the moment. */
  trouble: string | undefined;

  constructor(
    turn: Pick<Turn, "prompt" | "save" | "show">,
    home: Pick<Conversation, "conversation" | "bind" | "asks">,
    parts: Parts,
  ) {
    this.#turn = turn;
    this.#home = home;
    this.#parts = parts;
    this.#gap = turn.prompt.run !== undefined;
    this.asks = new TurnAsks(home.asks, parts, !this.#gap);
  }

  /** What the agent did so far, once it was given the prompt. */
  get reading(): Reading | undefined {
    return this.#watch?.read();
  }

  /** Ends the turn, which the prompt says already that it is to be. */
  cancel(): void {
    this.#cancelled.abort();
    this.#wakeup.notify();
  }

  /** Follows no longer. */
  close(): void {
    this.#watch?.close();
  }

  /** Begins the turn, or takes it up again; resolves with its end, however long opencode is away. */
  async run(): Promise<Outcome> {
    const { agent, log, signal } = this.#parts;
    const resumed = this.#turn.prompt.run !== undefined;
    if (!resumed) await this.#begin();
    if (!resumed && this.#turn.prompt.cancelled) return "cancelled";
    const outcome = await this.#follow(await this.#post(resumed));
    if (this.#turn.prompt.task?.kind === "compact" && outcome !== "done") {
      // opencode would repeat it in place of the next prompt.
      const { sessionId: id, directory, userMessageId } = this.#run;
      await agent.api.removeMessage({ id, directory }, userMessageId, signal)
        .catch((error) => log.warn(`cannot take back a compaction: ${describe(error)}`));
    }
    return outcome;
  }

  /** Makes and stores the ids of the turn before anything uses them, and binds the conversation to its session. */
  async #begin(): Promise<void> {
    const { agent, signal } = this.#parts;
    const { directory, sessionId, model, agent: chosen } = this.#home.conversation;
    const soon = AbortSignal.any([signal, this.#cancelled.signal]);
    const run: Run = {
      sessionId: sessionId ?? await agent.createSession(directory, soon),
      directory,
      userMessageId: messageId(),
      partId: partId(),
      startedAt: Date.now(),
      ...(model === undefined ? {} : { model }),
      ...(chosen === undefined ? {} : { agent: chosen }),
    };
    await this.#turn.save({ run }, this.#home.bind(run.sessionId, directory, sessionId));
  }

  /** Gives the prompt to opencode, once, also when an earlier run of the program may have done so. */
  async #post(inDoubt: boolean): Promise<Watch> {
    const { agent, texts, signal } = this.#parts;
    for (let lost = false;; lost = true) {
      const run = this.#run;
      const watch = this.#watchRun(run);
      if (run.postedAt !== undefined) return watch;
      try {
        const known = inDoubt && await agent.hasPrompt(run, signal);
        const posted = known ? run : await agent.post(run, this.#turn.prompt, signal);
        const { userMessageId } = posted;
        if ("unreadable" in posted && posted.unreadable) this.notice = texts.pictureUnreadable;
        const now = { ...run, userMessageId, postedAt: Date.now() };
        await this.#turn.save({ run: now });
        if (userMessageId === run.userMessageId) return watch;
        // What the events told until now may have been all, and of another id. It is looked at again later.
        const renamed = this.#watchRun(now);
        await renamed.resync(signal).catch(() => {});
        return renamed;
      } catch (error) {
        const gone = error instanceof ApiError && error.code === 404;
        if (!gone || lost) throw error;
        // The session was deleted, or opencode's data was; the conversation goes on in a fresh one.
        this.notice = texts.sessionLost;
        const sessionId = await agent.createSession(run.directory, signal);
        const conversation = this.#home.bind(sessionId, run.directory, run.sessionId);
        await this.#turn.save({ run: { ...run, sessionId } }, conversation);
      }
    }
  }

  /**
   * Waits for the end of the posted turn. What the events say is confirmed by asking the server, so that
   * a lost event costs only time. Rejects only when the signal aborts.
   */
  async #follow(watch: Watch): Promise<Outcome> {
    const { agent, texts, log, signal } = this.#parts;
    let idleSince: number | undefined;
    let cancelledSince: number | undefined;
    const isCancelled = () => this.#turn.prompt.cancelled === true;
    for (;;) {
      const soon = this.#gap || watch.over || idleSince !== undefined || isCancelled();
      if (!soon) await this.#wakeup.wait(CHECK_MS, signal);
      signal.throwIfAborted();
      this.#gap = false;
      let busy: boolean;
      try {
        // Repeated until it takes effect: an abort can meet a session that is just about to begin.
        if (isCancelled()) await agent.abort(this.#run, signal);
        busy = await watch.resync(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (isCancelled()) return "cancelled";
        if (error instanceof ApiError && error.code === 404) {
          this.notice = texts.sessionGone;
          return "interrupted";
        }
        log.warn(`cannot ask opencode about turn ${this.#turn.prompt.id}: ${describe(error)}`);
        this.trouble = texts.agentAwayForNow(describe(error));
        this.#turn.show();
        await this.#wakeup.wait(RETRY_MS, signal);
        continue;
      }
      this.trouble = undefined;
      this.#turn.show();
      this.#showAsks(watch, busy);
      const now = Date.now();
      if (isCancelled()) cancelledSince ??= now;
      if (busy) {
        if (cancelledSince !== undefined && now - cancelledSince > ABORT_MS) return "cancelled";
        idleSince = undefined;
        // The events are ahead of the status for a moment, and an abort takes one.
        if (!watch.over && cancelledSince === undefined) continue;
      } else {
        idleSince ??= now;
        const outcome = outcomeOf(watch.read(), isCancelled(), now - idleSince);
        if (outcome !== undefined) return outcome;
      }
      await pause(SETTLE_MS / 4, signal);
    }
  }

  #watchRun(run: Run): Watch {
    this.#watch?.close();
    const watch: Watch = this.#parts.agent.watch(run, (news) => {
      this.#turn.show();
      this.#showAsks(watch);
      if (news === "gap") this.#gap = true;
      if (this.#gap || watch.over) this.#wakeup.notify();
    });
    this.#watch = watch;
    this.#turn.show();
    return watch;
  }

  /** @param busy What the server said when it was asked; events alone do not tell all. */
  #showAsks(watch: Watch, busy?: boolean): void {
    const { texts } = this.#parts;
    this.asks.show(watch.asks, this.#turn.prompt, busy !== undefined, () => {
      // Who waits for an answer is busy: one that is not has ended, with its opencode perhaps.
      const over = watch.over || this.#turn.prompt.cancelled || busy === false;
      return over ? texts.turnOver : texts.answeredElsewhere;
    });
  }

  get #run(): Run {
    const { run } = this.#turn.prompt;
    if (run === undefined) throw new Error("the turn has not begun");
    return run;
  }
}

/** How a turn ended whose session has been seen idle for so long; nothing while more may come. */
function outcomeOf(reading: Reading, cancelled: boolean, idleMs: number): Outcome | undefined {
  if (cancelled || reading.aborted) return "cancelled";
  if (reading.complete) return reading.error ? "failed" : "done";
  if (reading.started || reading.error) {
    // The last messages of a failed turn follow its idle.
    return idleMs < SETTLE_MS ? undefined : reading.error ? "failed" : "interrupted";
  }
  if (idleMs < START_MS) return undefined;
  return reading.accepted ? "interrupted" : "failed";
}

import { isGone } from "../base/errors.ts";
import type { AgentRequest } from "../model/agent_request.ts";
import type { ToolImage } from "../model/agent_tool.ts";
import type { OutsideAct } from "../model/outside_act.ts";
import type { FollowedTurn } from "../model/followed_turn.ts";
import type { PromptMark } from "../model/prompt.ts";
import type { News } from "../model/news.ts";
import type { ModelRetry, Reading } from "../model/reading.ts";
import type { Run } from "../model/turn.ts";
import type { PendingRequest, SessionEvent, SessionStatus } from "./transcript/event.ts";
import type { Message } from "./transcript/message.ts";
import { type MissedAnswer, missedAnswer } from "./transcript/missed_answer.ts";
import { openRequests } from "./transcript/open_requests.ts";
import { read, readRetry } from "./transcript/reading.ts";
import { fold, load, setChildStatus, setRequests, setStatus } from "./transcript/fold.ts";
import { type RunningCall, runningCalls } from "./transcript/running_calls.ts";
import {
  concerns,
  isAccepted,
  isAnswered,
  isIdle,
  isOfTurn,
  isOver,
  Transcript,
} from "./transcript/transcript.ts";
import { sessionOf, type Wire } from "./wire.ts";

/** How many messages are read at first; more when the turn is longer. */
const PAGE = 50;

/** What a {@linkcode Follower} needs. */
export interface FollowerOptions {
  readonly wire: Pick<Wire, "status" | "messages" | "requests">;
  readonly onNews: (news: News) => void;
  /** Called for each request that was answered while no events came in, by whomever. */
  readonly onMissed: (pending: PendingRequest, answer: MissedAnswer) => void;
  /** Called when nobody follows any longer. */
  readonly onClose: () => void;
}

/** Follows one turn: folds events, and reads the session again where they have gaps. */
export class Follower implements FollowedTurn {
  readonly #run: Run;
  readonly #transcript: Transcript;
  readonly #options: FollowerOptions;
  /** Events were missed since the messages were read. */
  #stale = true;
  /** Whether the server could list the requests when it was last asked. */
  #areListed = true;
  /** What events have said of the session's status since that was asked for: the first idle, or else the last one. */
  #said: SessionStatus | undefined;

  constructor(run: Run, options: FollowerOptions) {
    this.#run = run;
    this.#transcript = new Transcript(run.sessionId, run.userMessageId);
    this.#options = options;
  }

  get hasEnded(): boolean {
    return isOver(this.#transcript);
  }

  get isEndless(): boolean {
    return this.#transcript.isEndless;
  }

  get retry(): ModelRetry | undefined {
    return readRetry(this.#transcript);
  }

  get requests(): readonly AgentRequest[] {
    return openRequests(this.#transcript);
  }

  get areRequestsListed(): boolean {
    return this.#areListed;
  }

  get outsideActs(): readonly OutsideAct[] {
    return this.#transcript.outsideActs;
  }

  get lastPrompt(): PromptMark | undefined {
    const last = [...this.#transcript.prompts.values()].reduce<PromptMark | undefined>(
      (last, prompt) => last === undefined || prompt.created >= last.created ? prompt : last,
      undefined,
    );
    return last && { id: last.id, created: last.created };
  }

  /** Whether a prompt belongs to the turn. */
  has(promptId: string): boolean {
    return promptId === this.#run.userMessageId || this.#transcript.prompts.has(promptId);
  }

  answers(promptId: string): boolean {
    return isAnswered(this.#transcript, promptId);
  }

  read(): Reading {
    return read(this.#transcript);
  }

  takeImages(): readonly ToolImage[] {
    return this.#transcript.images.splice(0);
  }

  /** The turn's run. */
  get run(): Run {
    return this.#run;
  }

  /** The calls of tools that run now; see {@linkcode runningCalls}. */
  get runningCalls(): RunningCall[] {
    return isOver(this.#transcript) ? [] : runningCalls(this.#transcript);
  }

  close(): void {
    this.#options.onClose();
  }

  /** Takes an event of any session. */
  take(event: SessionEvent): void {
    if (event.type === "unknown" && isOfTurn(this.#transcript, event.sessionId)) return this.miss();
    fold(this.#transcript, event);
    if (event.type === "status" && event.sessionId === this.#run.sessionId) {
      if (this.#said?.type !== "idle") this.#said = event.status;
    }
    // Of an unknown agent, nothing else tells (observed on opencode 1.18.33).
    const isOwnFailure = event.type === "failed" && event.sessionId === this.#run.sessionId;
    if (isOwnFailure && !isAccepted(this.#transcript)) return this.miss();
    // It may stay busy (observed on opencode 1.18.33), so its status does not tell.
    if (event.type === "deleted" && event.sessionId === this.#run.sessionId) return this.miss();
    if (!concerns(this.#transcript, event)) return;
    this.#options.onNews(event.type === "delta" ? "text" : "event");
  }

  /** Notes that events were missed: there is no replay, so the session has to be read again. */
  miss(): void {
    this.#stale = true;
    this.#options.onNews("gap");
  }

  async refresh(signal: AbortSignal): Promise<boolean> {
    const { sessionId, directory } = this.#run;
    this.#said = undefined;
    const statuses = await this.#options.wire.status(directory, signal);
    let status = statuses.get(sessionId);
    if (this.#stale || status === undefined) {
      const hadGap = this.#stale;
      const before = [...this.#transcript.requests.values()];
      // Another gap may open while we read.
      this.#stale = false;
      try {
        await this.#load(signal);
      } catch (error) {
        this.#stale = true;
        throw error;
      }
      if (hadGap) this.#findMissed(before, status !== undefined);
    } else {
      // An event may be lost without a gap, and what it asked would wait for ever. What is over, the events tell.
      await this.#loadRequests(signal, []);
    }
    // What an event said meanwhile is newer than the status, and is not said again.
    if (this.#said !== undefined) status = isIdle(this.#said) ? undefined : this.#said;
    setStatus(this.#transcript, status);
    for (const id of this.#transcript.children.keys()) {
      setChildStatus(this.#transcript, id, statuses.get(id));
    }
    return status !== undefined;
  }

  /** Finds out what became of requests that the server lists no longer. */
  #findMissed(before: readonly PendingRequest[], isBusy: boolean): void {
    for (const pending of before) {
      if (this.#transcript.requests.has(pending.request.id)) continue;
      const answer = missedAnswer(this.#transcript, pending, isBusy);
      if (answer !== undefined) this.#options.onMissed(pending, answer);
    }
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { wire } = this.#options;
    const { directory } = this.#run;
    load(this.#transcript, await this.#messages(signal));
    for (const id of this.#transcript.children.keys()) {
      const messages = wire.messages({ id, directory }, { limit: PAGE }, signal);
      load(this.#transcript, await messages.catch(noneIfGone));
    }
    await this.#loadRequests(signal);
  }

  /** @param before See {@linkcode setRequests}. */
  async #loadRequests(
    signal: AbortSignal,
    before: readonly string[] = [...this.#transcript.requests.keys()],
  ): Promise<void> {
    const listed = await this.#options.wire.requests(this.#run.directory, signal);
    this.#areListed = listed !== undefined;
    // Then the events have to do.
    if (listed !== undefined) setRequests(this.#transcript, listed, before);
  }

  /** The session's messages back to the turn's prompt, or all when it is not among them. */
  async #messages(signal: AbortSignal): Promise<Message[]> {
    const { wire } = this.#options;
    for (let limit = PAGE;; limit *= 8) {
      const messages = await wire.messages(sessionOf(this.#run), { limit }, signal);
      const found = messages.some(({ info }) => info.id === this.#run.userMessageId);
      if (found || messages.length < limit) return messages;
    }
  }
}

/** A subagent's session may be deleted while its parent goes on. */
function noneIfGone(error: unknown): Message[] {
  if (isGone(error)) return [];
  throw error;
}

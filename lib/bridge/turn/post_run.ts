import { backoff } from "../../base/backoff.ts";
import { ApiError, describe, isGone, NetworkError } from "../../base/errors.ts";
import { pause } from "../../base/wakeup.ts";
import type { ConversationUpdate } from "../../model/conversation.ts";
import type { Posted } from "../../model/ports.ts";
import type { Run, Work } from "../../model/turn.ts";
import type { Services } from "../services.ts";

/** What {@linkcode postRun} needs. */
export interface PostOptions extends Pick<Services, "agent" | "log" | "signal"> {
  readonly work: Work;
  /** Aborts once the turn is cancelled. */
  readonly cancelled: AbortSignal;
  /** Whether an earlier run of the program may have posted it. */
  readonly inDoubt: boolean;
  /** Called when the agent cannot be reached. It is tried again. */
  readonly onAway: (why: string) => void;
}

/** How long to wait between two attempts. */
const BACKOFF = { firstMs: 500, maxMs: 15_000 };
/**
 * How long to wait between two attempts to run one of the agent's commands. It goes on when its connection
 * breaks, and is stored late.
 */
const COMMAND_BACKOFF = { firstMs: 5_000, maxMs: 30_000 };
/** How often in a row the agent may refuse a prompt with an error that may pass. */
const MAX_REFUSALS = 4;
/**
 * How long after an attempt without an answer a prompt may still be stored, in milliseconds. The shell
 * lines of one of the agent's commands run before that.
 */
const LATEST_MS = 5_000;
const LATEST_COMMAND_MS = 600_000;

/**
 * Posts the prompt of a turn to the agent exactly once. After an attempt without an answer, the agent is
 * asked whether it has the prompt, for as long as it is away, before the prompt is posted again. A
 * cancelled prompt is not posted.
 *
 * @returns The user message; `undefined` if the turn was cancelled and the agent does not have it.
 * @throws {ApiError} If the agent refuses, with code 404 if the session no longer exists.
 * @throws What the agent throws if it cannot be started, unless the prompt may be posted already.
 * @throws The signal's reason.
 */
export async function postRun(run: Run, options: PostOptions): Promise<Posted | undefined> {
  const { agent, work, cancelled, signal, log, onAway } = options;
  const isCommand = work.task?.kind === "command";
  let { inDoubt } = options;
  let unansweredAt = Date.now();
  let refusals = 0;
  for (let failures = 1;; failures++) {
    let isAsking = inDoubt;
    try {
      const posted = inDoubt ? await agent.posted(run, work, signal) : undefined;
      if (posted !== undefined) return posted;
      if (!cancelled.aborted) {
        isAsking = false;
        return await agent.post(run, work, signal, cancelled);
      }
      const latestMs = isCommand ? LATEST_COMMAND_MS : LATEST_MS;
      if (!inDoubt || Date.now() - unansweredAt > latestMs) return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (cancelled.aborted && error === cancelled.reason) continue;
      if (isGone(error)) throw error;
      if (error instanceof ApiError && !isAsking) {
        const mayPass = error.retryable && work.task === undefined && ++refusals < MAX_REFUSALS;
        if (!mayPass) throw error;
      } else if (!(error instanceof NetworkError) && !inDoubt) {
        throw error;
      }
      inDoubt = true;
      unansweredAt = Date.now();
      log.warn(`cannot post a prompt to ${run.sessionId}: ${describe(error)}; asking for it`);
      onAway(describe(error));
    }
    const waitMs = backoff(failures, isCommand ? COMMAND_BACKOFF : BACKOFF);
    if (cancelled.aborted) await pause(Math.min(waitMs, LATEST_MS / 5), signal);
    else await pause(waitMs, AbortSignal.any([signal, cancelled]));
    signal.throwIfAborted();
  }
}

/** Binds the conversation to a run's session, unless `before` is no longer its session. */
export function bindSession(
  { sessionId, directory }: Run,
  before: string | undefined,
): ConversationUpdate {
  return (record) =>
    record.directory === directory && record.sessionId === before
      ? { ...record, sessionId }
      : record;
}

/** Takes a run's session from the conversation, so that its next prompt gets a fresh one. */
export function leaveSession({ sessionId }: Run): ConversationUpdate {
  return (record) => {
    if (record.sessionId !== sessionId) return record;
    const { sessionId: _, ...rest } = record;
    return rest;
  };
}

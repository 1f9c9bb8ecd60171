import { backoff } from "../../base/waiting/backoff.ts";
import { ApiError, describe, isGone, NetworkError } from "../../base/errors.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { ConversationUpdate } from "../../model/conversation.ts";
import type { Posted, Unstored } from "../../model/ports.ts";
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
  /** Called when the agent may be at work on the turn without showing it. It is looked for again. */
  readonly onUnseen: () => void;
}

/** How long to wait between two attempts. */
const BACKOFF = { firstMs: 500, maxMs: 15_000 };
/**
 * How long to wait between two attempts to run one of the agent's commands. It goes on when its connection
 * breaks, and is stored late.
 */
const COMMAND_BACKOFF = { firstMs: 5_000, maxMs: 10_000 };
/** How often in a row the agent may refuse a prompt with an error that may pass. */
const MAX_REFUSALS = 4;
/** How long after an attempt without an answer a prompt may still be stored, in milliseconds. */
const LATEST_MS = 5_000;
/** The same for a command that acts before it is stored. */
const LATEST_COMMAND_MS = 600_000;

/**
 * Posts the prompt of a turn to the agent exactly once. After an attempt without an answer, the agent is
 * asked whether it has the prompt, for as long as it is away, before the prompt is posted again. A
 * cancelled prompt is not posted. What may have acted without being stored is not posted again.
 *
 * @returns The user message; `undefined` if the turn was cancelled and the agent does not have it; `unclear`
 * if the agent does not have it, and it is not known whether it acted.
 * @throws {ApiError} If the agent refuses, with code 404 if the session no longer exists.
 * @throws What the agent throws if it cannot be started, unless the prompt may be posted already.
 * @throws The signal's reason.
 */
export async function postRun(
  run: Run,
  options: PostOptions,
): Promise<Posted | "unclear" | undefined> {
  const { agent, work, cancelled, signal, log, onAway, onUnseen } = options;
  const waits = work.task?.kind === "command" ? COMMAND_BACKOFF : BACKOFF;
  /** Since when the agent may have it, by `performance.now()`. */
  let doubtSince = options.inDoubt ? performance.now() : undefined;
  const refusals: ApiError[] = [];
  for (let failures = 1;; failures++) {
    let isAsking = doubtSince !== undefined;
    try {
      const found = doubtSince === undefined ? "nothing" : await findRun(run, doubtSince, options);
      if (typeof found === "object") return found;
      const isOver = doubtSince === undefined || performance.now() - doubtSince > LATEST_MS;
      if (found === "running") onUnseen();
      else if (found === "stopped") return cancelled.aborted ? undefined : "unclear";
      else if (cancelled.aborted && isOver) return undefined;
      else if (!cancelled.aborted) {
        if (refusals.length >= MAX_REFUSALS) throw refusals.at(-1);
        isAsking = false;
        return await agent.post(run, work, signal, cancelled);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (cancelled.aborted && error === cancelled.reason) continue;
      if (isGone(error) || refusals.at(-1) === error) throw error;
      if (error instanceof ApiError && !isAsking) {
        if (!error.retryable || work.task !== undefined) throw error;
        refusals.push(error);
      } else if (!(error instanceof NetworkError) && doubtSince === undefined) {
        throw error;
      }
      const isUnsent = error instanceof NetworkError && error.isUnsent;
      if (!isAsking && !isUnsent) doubtSince = performance.now();
      log.warn(`cannot post a prompt to ${run.sessionId}: ${describe(error)}; asking for it`);
      onAway(describe(error));
    }
    const waitMs = backoff(failures, waits);
    if (cancelled.aborted) await pause(Math.min(waitMs, LATEST_MS / 5), signal);
    else await pause(waitMs, AbortSignal.any([signal, cancelled]));
    signal.throwIfAborted();
  }
}

/** Asks the agent for a turn that it may have; see {@linkcode Unstored} for what it can say. */
async function findRun(
  run: Run,
  doubtSince: number,
  { agent, work, signal }: PostOptions,
): Promise<Posted | Unstored> {
  const posted = await agent.posted(run, work, signal);
  if (posted !== undefined) return posted;
  const found = await agent.unstored(run, work, signal);
  const isLate = performance.now() - doubtSince > LATEST_COMMAND_MS;
  return found === "running" && isLate ? "stopped" : found;
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

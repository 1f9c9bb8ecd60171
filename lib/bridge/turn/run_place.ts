import { delay } from "@std/async";
import type { ConversationRecord, ConversationUpdate } from "../../model/conversation.ts";
import type { ScheduledRun } from "../../model/schedule.ts";
import type { SessionRef } from "../../model/session.ts";
import { type Run, runOf, type TurnRecord } from "../../model/turn.ts";
import { bindSession } from "./post_run.ts";
import type { RunnerOptions } from "./runner_options.ts";

/** How far ahead of the agent's clock a session may be so that it is waited for, in milliseconds. */
const MAX_LEAD_MS = 60_000;

/** A directory, and a session in it; without one, it is to be a fresh one. */
export interface RunPlace {
  readonly directory: string;
  readonly sessionId: string | undefined;
}

/**
 * Where a turn runs: in the conversation's session. If its schedule has sessions of its own, in a fresh one, or in
 * the one that it continues.
 */
export function runPlace(
  { scheduled }: Pick<TurnRecord, "scheduled">,
  { directory, sessionId }: Pick<ConversationRecord, "directory" | "sessionId">,
): RunPlace {
  const own = scheduled?.directory;
  return own === undefined
    ? { directory, sessionId }
    : { directory: own, sessionId: scheduled?.session };
}

/**
 * The session of a place, once the agent's clock has caught up with it; `undefined` without one, or if that would take
 * more than a minute.
 *
 * @param lead By how much a session is ahead of the agent's clock; see `Agent.leadMs`.
 */
export async function usableSession(
  { directory, sessionId: id }: RunPlace,
  lead: (session: SessionRef) => Promise<number>,
  { texts, onWait, signal }: Pick<RunnerOptions, "texts" | "onWait" | "signal">,
): Promise<string | undefined> {
  if (id === undefined) return undefined;
  const leadMs = await lead({ id, directory });
  if (leadMs > MAX_LEAD_MS) return undefined;
  if (leadMs > 0) {
    onWait({ note: texts.clockBehind(leadMs), waitsFor: texts.waitsForClock });
    await delay(leadMs, { signal });
  }
  return id;
}

/** Whether a turn runs elsewhere now. */
export function hasMoved(
  { directory, sessionId }: RunPlace,
  turn: Pick<TurnRecord, "scheduled">,
  record: Pick<ConversationRecord, "directory" | "sessionId">,
): boolean {
  const now = runPlace(turn, record);
  return now.directory !== directory || now.sessionId !== sessionId;
}

/** Binds the conversation to a turn's session, if it is the conversation's; see {@linkcode bindSession}. */
export function bindRun(
  { scheduled }: Pick<TurnRecord, "scheduled">,
  run: Run,
  before: string | undefined,
): ConversationUpdate | undefined {
  return scheduled?.directory === undefined ? bindSession(run, before) : undefined;
}

/** What a schedule's turn is known by when it goes on with an answer; `undefined` if no schedule began it. */
export function sameRun(
  { scheduled, state }: Pick<TurnRecord, "scheduled" | "state">,
): ScheduledRun | undefined {
  if (scheduled === undefined) return undefined;
  const { leftOut: _, ...run } = scheduled;
  const session = run.directory === undefined ? undefined : runOf({ state })?.sessionId;
  return { ...run, ...(session !== undefined && { session }) };
}

import { summaryLine } from "../../base/text.ts";
import type { Reading } from "../../model/reading.ts";
import type { Outcome } from "../../model/turn.ts";

/** Within how many ms the last messages follow a session's idle event (seen on opencode 1.18.33). */
export const SETTLE_MS = 1_000;
/** How long an idle session may not have started a prompt before it counts as lost, in milliseconds. */
const START_MS = 15_000;
/**
 * How long the session of a cancelled prompt that was not started must be idle, in milliseconds. An abort
 * can reach a session just before the prompt begins in it, so it is repeated meanwhile.
 */
const STOPPED_MS = 3_000;

/** The line of the log about the end of a turn, with the reason if it failed. */
export function outcomeLine(id: string, outcome: Outcome, why: string | undefined): string {
  const reason = outcome === "failed" && why ? `: ${summaryLine(why, 300)}` : "";
  return `turn ${id} ${outcome}${reason}`;
}

/**
 * How a turn ended; `undefined` while more may follow.
 *
 * @param idleMs For how many milliseconds its session has been idle.
 */
export function outcomeOf(
  reading: Reading,
  cancelled: boolean,
  idleMs: number,
): Outcome | undefined {
  if (reading.aborted) return "cancelled";
  if (cancelled) return hasStopped(reading, idleMs) ? "cancelled" : undefined;
  if (reading.complete) {
    const isCut = reading.isEndless && reading.finish === "tool-calls";
    return reading.error ? "failed" : isCut ? "interrupted" : "done";
  }
  if (reading.started || reading.error) {
    // The last messages of a failed turn follow the idle event.
    if (idleMs < SETTLE_MS) return undefined;
    return reading.error ? "failed" : hasAnswered(reading) ? "done" : "interrupted";
  }
  if (idleMs < START_MS) return undefined;
  return reading.accepted ? "interrupted" : "failed";
}

/** Whether the model has finished its answer. That its message has ended may not have been written any more. */
function hasAnswered({ finish }: Reading): boolean {
  return finish !== undefined && finish !== "tool-calls";
}

/** Whether an aborted turn whose session is idle does not go on. An abort may leave no trace. */
function hasStopped({ complete, started, error }: Reading, idleMs: number): boolean {
  if (complete || error !== undefined) return true;
  return idleMs >= (started ? SETTLE_MS : STOPPED_MS);
}

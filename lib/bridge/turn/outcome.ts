import type { Reading } from "../../model/reading.ts";
import type { Outcome } from "../../model/turn.ts";

/** Within how many ms the last messages follow a session's idle event (seen on opencode 1.18.33). */
export const SETTLE_MS = 1_000;
/** How long an idle session may not have started a prompt before it counts as lost, in milliseconds. */
const START_MS = 15_000;

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
  if (cancelled || reading.aborted) return "cancelled";
  if (reading.complete) return reading.error ? "failed" : "done";
  if (reading.started || reading.error) {
    // The last messages of a failed turn follow the idle event.
    return idleMs < SETTLE_MS ? undefined : reading.error ? "failed" : "interrupted";
  }
  if (idleMs < START_MS) return undefined;
  return reading.accepted ? "interrupted" : "failed";
}

import type { Reading } from "../../model/reading.ts";
import type { Outcome } from "../../model/turn.ts";

/** Milliseconds in which a session's last messages follow its idle (observed on opencode 1.18.33). */
export const SETTLE_MS = 1_000;
/** Milliseconds after which a prompt that started nothing counts as lost. */
const START_MS = 15_000;

/** How a turn ended whose session has been idle for so long; nothing while more may come. */
export function outcomeOf(
  reading: Reading,
  cancelled: boolean,
  idleMs: number,
): Outcome | undefined {
  if (cancelled || reading.aborted) return "cancelled";
  if (reading.complete) return reading.error ? "failed" : "done";
  if (reading.started || reading.error) {
    // The last messages of a failed turn follow its idle.
    return idleMs < SETTLE_MS ? undefined : reading.error ? "failed" : "interrupted";
  }
  if (idleMs < START_MS) return undefined;
  return reading.accepted ? "interrupted" : "failed";
}

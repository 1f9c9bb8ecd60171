import { read, type Reading } from "../opencode/reading.ts";
import { Transcript } from "../opencode/transcript.ts";

/** How a turn ended. */
export type Outcome = "done" | "failed" | "cancelled" | "interrupted";

/** Milliseconds in which a session's last messages follow its idle (observed on opencode 1.18.33). */
export const SETTLE_MS = 1_000;
/** Milliseconds after which a prompt that started nothing counts as lost. */
const START_MS = 15_000;

/**
 * How a turn ended whose session is not busy any more; nothing while more may come.
 *
 * @param idleMs For how long the session has been seen idle.
 */
export function outcomeOf(
  reading: Reading,
  cancelled: boolean,
  idleMs: number,
): Outcome | undefined {
  if (cancelled || reading.aborted) return "cancelled";
  if (reading.complete) return reading.error ? "failed" : "done";
  // The last messages of a failed turn follow its idle.
  if (reading.started) {
    return idleMs < SETTLE_MS ? undefined : reading.error ? "failed" : "interrupted";
  }
  if (reading.error) return idleMs < SETTLE_MS ? undefined : "failed";
  if (idleMs < START_MS) return undefined;
  return reading.accepted ? "interrupted" : "failed";
}

/** The reading of a turn that never reached the agent. */
export const NOTHING: Reading = read(new Transcript("", ""));

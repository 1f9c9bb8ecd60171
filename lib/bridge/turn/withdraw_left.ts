import { describe } from "../../base/errors.ts";
import type { Reading } from "../../model/reading.ts";
import type { Outcome, Run, TurnRecord } from "../../model/turn.ts";
import type { Services } from "../services.ts";

/** What {@linkcode withdrawLeft} needs. */
export interface LeftOptions extends Pick<Services, "agent" | "log" | "signal"> {
  readonly turn: Pick<TurnRecord, "task" | "begunBy">;
  readonly reading: Pick<Reading, "accepted" | "started">;
  readonly isCancelled: boolean;
}

/**
 * Takes the prompt of an ended run out of its session where the agent would still act on it. opencode would repeat
 * a compaction instead of running the next prompt, and answer a cancelled prompt that it has not begun together
 * with the next one.
 *
 * @returns Whether the agent does not have an ordinary prompt any more.
 */
export async function withdrawLeft(
  run: Run,
  outcome: Outcome,
  { turn, reading, isCancelled, agent, log, signal }: LeftOptions,
): Promise<boolean> {
  const isCompaction = turn.task?.kind === "compact";
  const isUnread = isCancelled && reading.accepted && !reading.started;
  const isLeft = isCompaction ? outcome !== "done" : isUnread && turn.begunBy === undefined;
  if (!isLeft) return false;
  try {
    await agent.withdraw(run, signal);
    return !isCompaction;
  } catch (error) {
    log.warn(`cannot take back a prompt: ${describe(error)}`);
    return false;
  }
}

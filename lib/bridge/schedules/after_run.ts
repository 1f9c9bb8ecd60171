import type { Outcome, TurnRecord } from "../../model/turn.ts";
import type { Effects } from "../effects.ts";

/**
 * How a run's end changes its schedule, if a schedule began the turn: what fails again and again is paused.
 *
 * @param isUnanswered Whether nobody has said whether it may begin.
 */
export function afterRun(
  { conversation, scheduled }: Pick<TurnRecord, "conversation" | "scheduled">,
  outcome: Outcome,
  isUnanswered = false,
): NonNullable<Effects["schedules"]> {
  // Somebody who stops a run, or does not let it begin, says nothing about the next one.
  if (scheduled === undefined || outcome === "cancelled" || isUnanswered) return [];
  const isGood = outcome === "done";
  return [{
    conversation,
    id: scheduled.schedule,
    change: (now) => now && { ...now, failures: isGood ? 0 : now.failures + 1 },
  }];
}

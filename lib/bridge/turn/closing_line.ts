import type { TurnRecord } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";
import type { RunFollower } from "./run_follower.ts";

/**
 * The line on the cards of requests that are no longer open.
 *
 * @param busy Whether the session is busy, if the server was asked.
 */
export function closingLine(
  { hasEnded }: Pick<RunFollower, "hasEnded">,
  { cancelled }: Pick<TurnRecord, "cancelled">,
  busy: boolean | undefined,
  { turnOver, answeredElsewhere }: Pick<Texts, "turnOver" | "answeredElsewhere">,
): string {
  // A session that waits for an answer is busy. If it is not, the turn has ended.
  return hasEnded || cancelled || busy === false ? turnOver : answeredElsewhere;
}

import {
  type Outcome,
  type Run,
  runOf,
  type TurnRecord,
  type TurnState,
} from "../../model/turn.ts";
import type { Effects } from "../effects.ts";
import { leaveSession } from "./post_run.ts";

/**
 * The last state of a turn, and the changes that come with it.
 *
 * @param stray The run that may still go on. The conversation leaves its session.
 */
export function endTurn(
  turn: TurnRecord,
  outcome: Outcome,
  stray?: Run,
): { readonly record: TurnRecord; readonly changes: Effects } {
  const run = runOf(turn);
  const state: TurnState = stray
    ? { kind: "stopping", run: stray }
    : { kind: "ended", outcome, ...(run && { run }) };
  const record = { ...turn, state };
  const changes = stray ? { turns: [record], update: leaveSession(stray) } : { closed: [record] };
  return { record, changes };
}

import { describe } from "../../base/errors.ts";
import { withSpent } from "../budget/spent_of.ts";
import { combine, type Effects } from "../effects.ts";
import { afterRun } from "../schedules/after_run.ts";
import { scriptAnswer } from "../scripts/script_answer.ts";
import { turnRow } from "./answer_rows.ts";
import { giveBack } from "./give_back.ts";
import { type PingOptions, withPing } from "./ping.ts";
import { leaveSession } from "./post_run.ts";

/** Ends a turn with a notice, because its answer could not be put into the ledger. */
export function giveUp(error: unknown, options: PingOptions): Effects {
  const { texts, reading } = options;
  const turn = withSpent(options.turn, reading);
  const view = { status: "failed", error: texts.turnBroken(describe(error)) } as const;
  const rows = withPing([turnRow(turn, turn.slot, view, 0)], "failed", options);
  const back = giveBack(turn);
  return combine(
    { closed: [turn], rows, ...scriptAnswer(turn, { outcome: "failed", rows }) },
    { schedules: afterRun(turn, "failed") },
    back === undefined ? {} : { update: back },
    // The agent has not confirmed that it has stopped.
    turn.state.kind === "stopping" ? { update: leaveSession(turn.state.run) } : {},
  );
}

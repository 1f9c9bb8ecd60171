import { describe } from "../../base/errors.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";
import { combine, type Effects } from "../effects.ts";
import { turnRow } from "./answer_rows.ts";
import { giveBack } from "./give_back.ts";
import { leaveSession } from "./post_run.ts";

/** Ends a turn with a notice, because its answer could not be put into the ledger. */
export function giveUp(
  turn: TurnRecord,
  error: unknown,
  texts: Pick<Texts, "turnBroken">,
): Effects {
  const view = { status: "failed", error: texts.turnBroken(describe(error)) } as const;
  const back = giveBack(turn);
  return combine(
    { closed: [turn], rows: [turnRow(turn, turn.slot, view, 0)] },
    back === undefined ? {} : { update: back },
    // The agent has not confirmed that it has stopped.
    turn.state.kind === "stopping" ? { update: leaveSession(turn.state.run) } : {},
  );
}

import type { LedgerRow } from "../../model/ledger.ts";
import type { View } from "../../model/view.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";
import type { AskSummary } from "../asks/ask.ts";
import { turnRow } from "./answer_rows.ts";
import { waitAgain } from "./give_back.ts";
import { stoppedView } from "./turn_buttons.ts";

/** The view of a turn in the queue, behind `before` others, while the chat is asked the first of `asks`. */
export function queuedView(
  before: number,
  texts: Pick<Texts, "queuedBehind" | "noAnswer">,
  [ask]: readonly AskSummary[],
): View {
  const note = texts.queuedBehind(before);
  return { status: "queued", note: ask ? `${texts.noAnswer(ask.title)}\n${note}` : note };
}

/** The row of a turn that is taken out of the queue. */
export function droppedRow(turn: TurnRecord, texts: Texts): LedgerRow {
  const note = `${texts.cancelledQueued} ${waitAgain(turn, texts)}`.trimEnd();
  const view: View = { status: "cancelled", note, ...stoppedView(turn, texts) };
  return turnRow(turn, turn.slot, view, 0);
}

import type { LedgerRow } from "../../model/ledger.ts";
import type { View } from "../../model/view.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";
import type { AskSummary } from "../asks/ask.ts";
import { turnRow } from "./answer_rows.ts";
import { waitAgain } from "./give_back.ts";
import { howBegun } from "./how_begun.ts";
import { queueButtons, stoppedView } from "./turn_buttons.ts";

/** The view of a turn in the queue, behind `before` others, while the chat is asked the first of `asks`. */
export function queuedView(
  turn: TurnRecord,
  before: number,
  texts: Texts,
  [ask]: readonly AskSummary[],
): View {
  if (turn.steers !== undefined) return { status: "queued", note: texts.steering };
  const lines = [
    howBegun(turn, texts),
    ask && texts.noAnswer(ask.title),
    texts.queuedBehind(before),
  ];
  return {
    status: "queued",
    note: lines.filter((line) => line).join("\n"),
    buttons: queueButtons(turn, texts),
  };
}

/** How a turn ends if its prompt was answered along with another one, and its row; `undefined` if it was not. */
export function answeredEnd(
  turn: TurnRecord,
  texts: Pick<Texts, "answeredAlong" | "stop" | "pressedBy">,
): [status: "done" | "cancelled", rowsOf: () => LedgerRow[]] | undefined {
  if (turn.answeredIn === undefined) return undefined;
  const status = turn.cancelled ? "cancelled" : "done";
  const view: View = { status, note: texts.answeredAlong, ...stoppedView(turn, texts) };
  return [status, () => [turnRow(turn, turn.slot, view, 0)]];
}

/** The row of a turn that is taken out of the queue. */
export function droppedRow(turn: TurnRecord, texts: Texts): LedgerRow {
  const line = `${texts.cancelledQueued} ${waitAgain(turn, texts)}`.trimEnd();
  const note = [howBegun(turn, texts), line].filter((one) => one).join("\n");
  const view: View = { status: "cancelled", note, ...stoppedView(turn, texts) };
  return turnRow(turn, turn.slot, view, 0);
}

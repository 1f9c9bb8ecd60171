import type { ConversationUpdate } from "../../model/conversation.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { PromptMark } from "../../model/prompt.ts";
import { type Outcome, type Run, runOf, type TurnRecord } from "../../model/turn.ts";
import type { Effects } from "../effects.ts";
import { afterRun } from "../schedules/after_run.ts";
import { scriptAnswer } from "../scripts/script_answer.ts";
import type { Services } from "../services.ts";
import { type PingOptions, withPing } from "./ping.ts";
import { leaveSession } from "./post_run.ts";
import { rowsForRemoved } from "./rows_for_removed.ts";

/** What is known of a turn at its end. */
export interface TurnEnd extends Omit<PingOptions, "turn"> {
  /** The rows of its last messages. */
  readonly rows: readonly LedgerRow[];
  /** The run that may still go on. The conversation leaves its session. */
  readonly stray?: Run | undefined;
  /** The last prompt of the session that the turn has shown. */
  readonly lastPrompt?: PromptMark | undefined;
  readonly admission: Pick<Services["admission"], "mayUse">;
  /** Whether it has not begun because nobody has said whether it may. */
  readonly isUnanswered?: boolean;
}

/** Creates the rows of a turn's end. */
export type RowsOf = () => TurnEnd["rows"] | Promise<TurnEnd["rows"]>;

/** The last state of a turn, and the changes that come with it. */
export function endTurn(
  turn: TurnRecord,
  outcome: Outcome,
  end: TurnEnd,
): { readonly record: TurnRecord; readonly changes: Effects } {
  const { stray, lastPrompt, isUnanswered, admission, texts } = end;
  const run = runOf(turn);
  const last = admission.mayUse(turn.sender)
    ? end.rows
    : rowsForRemoved(end.rows, turn, outcome, texts);
  const rows = withPing(last, outcome, { ...end, turn });
  const answered = scriptAnswer(turn, { ...end, outcome });
  if (stray) {
    const record: TurnRecord = { ...turn, state: { kind: "stopping", run: stray } };
    const update = leaveSession(stray);
    return { record, changes: { ...answered, turns: [record], rows, update } };
  }
  const record: TurnRecord = { ...turn, state: { kind: "ended", outcome, ...(run && { run }) } };
  const schedules = afterRun(turn, outcome, isUnanswered);
  // What follows in the session of a run that has its own is not the conversation's.
  const isOwn = turn.scheduled?.directory !== undefined;
  if (run === undefined || lastPrompt === undefined || isOwn) {
    return { record, changes: { ...answered, closed: [record], rows, schedules } };
  }
  const { sender, slot: { target } } = turn;
  const shown = { sessionId: run.sessionId, prompt: lastPrompt, sender, target };
  const update: ConversationUpdate = (conversation) => {
    const { shown: before } = conversation;
    // A turn of others may end after one of ours that began later.
    const isOld = before?.sessionId === shown.sessionId &&
      before.prompt.created > shown.prompt.created;
    return isOld ? conversation : { ...conversation, shown };
  };
  return { record, changes: { ...answered, closed: [record], rows, schedules, update } };
}

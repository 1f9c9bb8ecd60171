import { describe } from "../../base/errors.ts";
import { type LedgerRow, newRow, numberedId } from "../../model/ledger.ts";
import { EMPTY_READING, type Reading } from "../../model/reading.ts";
import type { Slot } from "../../model/slot.ts";
import type { Outcome, TurnRecord } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import { type Ask, ownAskId } from "../asks/ask.ts";
import { fencedAsk, findFencedAsk } from "../asks/fenced_ask.ts";
import { findFencedSends, type WantedFile } from "../files_out/fenced_send.ts";
import type { Services } from "../services.ts";
import { sameRun } from "./run_place.ts";
import { againButtons, againOf } from "./turn_buttons.ts";
import { finalViews, longAnswer, type TurnViewOptions } from "./turn_view.ts";

/** Opens the asks of answers. */
export interface PreparedAsks {
  /** Opens an ask and returns the row of its card, to be committed by the caller. */
  prepare(ask: Ask): LedgerRow;
}

/** Sends the files that an answer names. */
export interface NamedFiles {
  /** Creates the rows that send them, and a line for each that is not sent. */
  rowsOf(
    files: readonly WantedFile[],
  ): Promise<{ readonly rows: readonly LedgerRow[]; readonly refused: readonly string[] }>;
}

/** What {@linkcode answerRows} needs. */
export interface AnswerOptions
  extends Pick<Services, "settings" | "chat" | "texts" | "admission" | "fileSpace" | "log"> {
  readonly asks: PreparedAsks;
  readonly files: NamedFiles;
  readonly view: TurnViewOptions;
}

/** How many times in a row the agent may end its answer with a fenced ask. */
const MAX_ROUNDS = 8;

/**
 * Creates the rows of an ended turn: the messages of its answer, and the card of a fenced ask at its end.
 * Repeated after a crash, it creates rows with the same ids.
 */
export async function answerRows(
  turn: TurnRecord,
  reading: Reading = EMPTY_READING,
  outcome: Outcome,
  options: AnswerOptions,
): Promise<LedgerRow[]> {
  const { texts, chat } = options;
  const { slot } = turn;
  const { text, files } = outcome === "done"
    ? findFencedSends(reading.text)
    : { text: reading.text, files: [] };
  const sent = await options.files.rowsOf(files);
  const fenced = outcome === "done" ? findFencedAsk(text) : undefined;
  const mayAsk = (turn.round ?? 0) < MAX_ROUNDS;
  // Nobody could answer for somebody who was removed meanwhile.
  const isAsked = mayAsk && options.admission.mayUse(turn.sender);
  const question = fenced && isAsked ? openQuestion(turn, fenced.block, options) : undefined;
  const filesBelow = sent.rows.length > 0 ? texts.filesBelow : "";
  const answer = question && fenced
    ? { ...reading, text: fenced.text || texts.askBelow }
    : { ...reading, text: text || filesBelow };
  const again = againOf(turn, options.view.isLost ? undefined : reading, outcome);
  const tooMany = fenced && !mayAsk ? texts.tooManyRounds : "";
  const notices = [options.view.notice, tooMany, ...sent.refused].filter((line) => line);
  const view: TurnViewOptions = {
    ...options.view,
    notice: notices.join("\n"),
    buttons: again && againButtons(turn, again, texts),
    file: await answerFile(turn.id, answer, options),
  };
  const rows = finalViews(answer, outcome, view).map((view, i): LedgerRow => {
    const own = i === 0 ? slot : chat.slot(slot.target, numberedId(turn.id, i));
    return {
      ...turnRow(turn, own, view, i),
      ...((view.text || view.error) && { isAnswer: true as const }),
      ...(view.buttons && again && { again }),
    };
  });
  return [...rows, ...sent.rows, ...(question ? [question] : [])];
}

/** Creates the i-th row of a turn. Its id derives from the turn's, so it is the same after a crash. */
export function turnRow(turn: TurnRecord, slot: Slot, view: View, i: number): LedgerRow {
  return newRow(turn.conversation, slot, view, numberedId(turn.id, i));
}

/** Opens the fenced ask at the end of an answer; returns the row of its card. */
function openQuestion(
  turn: TurnRecord,
  block: string,
  options: AnswerOptions,
): LedgerRow | undefined {
  const { id, sender, slot, round = 0, script } = turn;
  const scheduled = sameRun(turn);
  const memo = {
    block,
    sender,
    round,
    ...(script !== undefined && { script }),
    ...(scheduled !== undefined && { scheduled }),
  };
  const ask = fencedAsk(ownAskId("ask", id), memo, slot.target, options);
  return ask && options.asks.prepare(ask);
}

/** Writes an answer that is too long for messages to a file; resolves with its path. */
async function answerFile(
  id: string,
  reading: Reading,
  { fileSpace, log, view }: AnswerOptions,
): Promise<string | undefined> {
  const text = longAnswer(reading, view);
  if (text === undefined) return undefined;
  try {
    // The name derives from the turn, so it is the same after a crash.
    const path = await fileSpace.writeAnswer(`answer-${id}.md`, text);
    if (path === undefined) log.warn("no room for a long answer's file; sending messages instead");
    return path;
  } catch (error) {
    log.warn(`cannot write a long answer to a file: ${describe(error)}; sending messages instead`);
    return undefined;
  }
}

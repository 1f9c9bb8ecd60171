import { join } from "@std/path";
import { describe } from "../../base/errors.ts";
import { type LedgerRow, newRow } from "../../model/ledger.ts";
import { EMPTY_READING, type Reading } from "../../model/reading.ts";
import type { Slot } from "../../model/slot.ts";
import type { Outcome, TurnRecord } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import { keepFile } from "../../store/kept_files.ts";
import type { Asks } from "../asks/asks.ts";
import { fencedAsk, findFencedAsk } from "../asks/fenced_ask.ts";
import type { Services } from "../services.ts";
import { finalViews, longAnswer, type TurnViewOptions } from "./turn_view.ts";

/** What {@linkcode answerRows} needs. */
export interface AnswerOptions
  extends Pick<Services, "settings" | "chat" | "texts" | "admission" | "log"> {
  readonly asks: Pick<Asks, "prepare">;
  readonly view: TurnViewOptions;
}

/** How many times in a row the agent may end its answer with a question. */
const MAX_ROUNDS = 8;

/**
 * The rows of a turn that is over: the answer, in as many messages as it takes, and the card of the
 * question at its end. After a crash in the middle, the same rows are made again.
 */
export async function answerRows(
  turn: TurnRecord,
  reading: Reading = EMPTY_READING,
  outcome: Outcome,
  options: AnswerOptions,
): Promise<LedgerRow[]> {
  const { texts, chat } = options;
  const { slot } = turn;
  const fenced = outcome === "done" ? findFencedAsk(reading.text) : undefined;
  const mayAsk = (turn.round ?? 0) < MAX_ROUNDS;
  const question = fenced && mayAsk ? openQuestion(turn, fenced.block, options) : undefined;
  const answer = question && fenced ? { ...reading, text: fenced.text || texts.askBelow } : reading;
  const view: TurnViewOptions = {
    ...options.view,
    file: await answerFile(turn.id, answer, options),
    ...(fenced && !mayAsk && { notice: texts.tooManyRounds }),
  };
  const rows = finalViews(answer, outcome, view).map((view, i) =>
    turnRow(turn, i === 0 ? slot : chat.slot(slot.target, rowId(turn, i)), view, i)
  );
  return question ? [...rows, question] : rows;
}

/** The i-th row of a turn. Its id follows from the turn's: after a crash in the middle it is the same. */
export function turnRow(turn: TurnRecord, slot: Slot, view: View, i: number): LedgerRow {
  return newRow(turn.conversation, slot, view, rowId(turn, i));
}

function rowId({ id }: TurnRecord, i: number): string {
  return `${id}.${String(i).padStart(3, "0")}`;
}

/** Opens the question that the agent ended its answer with; returns the row of its card. */
function openQuestion(
  { id, sender, slot, round = 0 }: TurnRecord,
  block: string,
  options: AnswerOptions,
): LedgerRow | undefined {
  const ask = fencedAsk(`ask-${id}`, { block, sender, round }, slot.target, options);
  return ask && options.asks.prepare(ask);
}

/** The file with the whole answer, when that is too long for messages. */
async function answerFile(
  id: string,
  reading: Reading,
  { settings, log, view }: AnswerOptions,
): Promise<string | undefined> {
  const text = longAnswer(reading, view);
  if (text === undefined) return undefined;
  try {
    // The same answer has the same name, also when it is written again after a crash.
    return await keepFile(join(settings.answersDir, `answer-${id}.md`), text);
  } catch (error) {
    log.warn(`a long answer goes out in messages: ${describe(error)}`);
    return undefined;
  }
}

import { describe } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Reading } from "../opencode/reading.ts";
import type { Prompt, Row, Slot } from "../records.ts";
import { findFencedAsk, MOST_ROUNDS } from "./agent_asks.ts";
import type { AnswerFiles } from "./answer_files.ts";
import type { Delivery } from "./delivery.ts";
import type { Outcome } from "./outcome.ts";
import { finalViews, longAnswer, type TurnViewOptions } from "./turn_view.ts";

/** A turn that is over, and what its last messages are made with. */
export interface LastRowsOptions {
  readonly prompt: Prompt;
  readonly reading: Reading;
  readonly outcome: Outcome;
  /** Why it failed, when the agent does not know. */
  readonly failure: string | undefined;
  /** The message that showed the turn while it ran. */
  readonly slot: Slot;
  readonly view: TurnViewOptions;
  /** Opens the question that the agent ended its answer with; returns the row of its card. */
  readonly askAfter: ((prompt: Prompt, block: string) => Row | undefined) | undefined;
  readonly delivery: Pick<Delivery, "row" | "slot">;
  readonly answerFiles: AnswerFiles;
  readonly log: Log;
}

/**
 * The rows of the ledger that show a turn that is over: the answer, in as many messages as it takes, and
 * the question at its end. Their ids follow from the prompt's: after a crash in the middle they are the same.
 */
export async function lastRows(options: LastRowsOptions): Promise<Row[]> {
  const { prompt, outcome, failure, slot, delivery, view } = options;
  const { texts } = view;
  const fenced = outcome === "done" ? findFencedAsk(options.reading.text) : undefined;
  const mayAsk = (prompt.round ?? 0) < MOST_ROUNDS;
  const ask = fenced && mayAsk ? options.askAfter?.(prompt, fenced.block) : undefined;
  const reading = ask && fenced
    ? { ...options.reading, text: fenced.text || texts.askBelow }
    : options.reading;
  const notice = fenced && !mayAsk ? texts.tooManyRounds : view.notice;
  const file = await keepLong(reading, options);
  const rows = finalViews(reading, outcome, { ...view, notice, failure, file }).map((shown, i) => {
    const id = `${prompt.id}.${String(i).padStart(3, "0")}`;
    const at = i === 0 ? slot : delivery.slot(slot.target, id);
    return delivery.row(prompt.conversation, at, shown, id);
  });
  return ask ? [...rows, ask] : rows;
}

/** The file with the whole answer, when that is too long for messages and could be written. */
async function keepLong(
  reading: Reading,
  { prompt, view, answerFiles, log }: LastRowsOptions,
): Promise<string | undefined> {
  const answer = longAnswer(reading, view.maxLength);
  if (answer === undefined) return undefined;
  return await answerFiles.keep(prompt.id, answer).catch((error) => {
    log.warn(`a long answer goes out in messages: ${describe(error)}`);
    return undefined;
  });
}

import type { Reading } from "../../model/reading.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { Effects } from "../effects.ts";

/** The longest text that is kept, in characters. */
const MAX_TEXT = 30_000;

/**
 * Keeps the text of an open turn when the program ends: opencode stores a text only once it is complete, so one that
 * is cut off is nowhere else.
 */
export function unfinished(turn: TurnRecord, reading: Reading | undefined): Effects {
  const { text = "" } = reading ?? {};
  const isKept = turn.state.kind === "posted" && text !== "" && text.length <= MAX_TEXT;
  return isKept ? { turns: [{ ...turn, unfinished: text }] } : {};
}

/** What a turn shows, with the text that was kept as long as the agent tells no more than its beginning. */
export function withUnfinished(
  { unfinished }: Pick<TurnRecord, "unfinished">,
  reading: Reading | undefined,
): Reading | undefined {
  const isMore = unfinished !== undefined && reading !== undefined &&
    unfinished.startsWith(reading.text.trimEnd());
  return isMore ? { ...reading, text: unfinished } : reading;
}

import { EMPTY_READING, type Reading } from "../../model/reading.ts";
import type { Spending } from "../../model/spending.ts";
import type { TurnRecord } from "../../model/turn.ts";

/**
 * What a turn has used up so far: what the line below its answer says. A prompt that the agent never had, or
 * that was taken back, has used up nothing, and is no turn.
 */
export function spentOf(
  { state, spent }: Pick<TurnRecord, "state" | "spent">,
  reading: Reading | undefined,
): Spending | undefined {
  if (state.kind === "queued") return spent;
  const { started, cost, tokens } = reading ?? EMPTY_READING;
  const isUnread = state.kind === "begun" && !started && tokens === 0;
  if (isUnread && spent === undefined) return undefined;
  // What was counted was used up, whatever is known of it now.
  return {
    cost: Math.max(cost, spent?.cost ?? 0),
    tokens: Math.max(tokens, spent?.tokens ?? 0),
    turns: 1,
  };
}

/** A turn with what it has used up so far, to be counted as its record is stored. */
export function withSpent<T extends TurnRecord>(turn: T, reading: Reading | undefined): T {
  const spent = spentOf(turn, reading);
  return spent === undefined ? turn : { ...turn, spent };
}

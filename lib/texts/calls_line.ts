import type { CallCounts } from "../model/calls.ts";
import type { Texts } from "./texts.ts";

/** The calls to Feishu, in one line: of the month and of the day, and until when they are used up. */
export function callsLine(
  { month, today, perMonth, usedUpUntil }: CallCounts,
  texts: Pick<Texts, "callCounts">,
): string {
  return texts.callCounts(month, today, perMonth, usedUpUntil);
}

import { need, parser, string } from "../base/json.ts";
import type { ScriptAnswer } from "./script.ts";
import type { Outcome } from "./turn.ts";

const OUTCOMES: readonly Outcome[] = ["done", "failed", "cancelled", "interrupted"];

/** Reads the answer to a script from JSON; `undefined` if it is not one. */
export const parseScriptAnswer = parser((answer): ScriptAnswer => {
  const error = string(answer.error);
  return {
    outcome: need(OUTCOMES.find((one) => one === answer.outcome)),
    text: string(answer.text) ?? "",
    ...(error !== undefined && { error }),
    ...(answer.isUnanswered === true && { isUnanswered: true }),
  };
});

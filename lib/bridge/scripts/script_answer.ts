import { describe } from "../../base/errors.ts";
import { redact } from "../../base/secrets/redact.ts";
import { trimLines } from "../../base/text.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { Reading } from "../../model/reading.ts";
import type { Outcome, TurnRecord } from "../../model/turn.ts";
import { keepScriptAnswer } from "../../store/script_answers.ts";
import { findFencedAsk } from "../asks/fenced_ask.ts";
import type { AnsweredScript, Effects } from "../effects.ts";
import { findFencedSends } from "../files_out/fenced_send.ts";
import type { Services } from "../services.ts";
import { answerKey } from "./script_ids.ts";

/** How a turn ended. */
interface ScriptEnd {
  readonly outcome: Outcome;
  readonly reading?: Reading | undefined;
  /** The rows of its last messages. */
  readonly rows: readonly LedgerRow[];
}

/** What a script is told at the end of a turn, if one has asked for it. */
export function scriptAnswer(
  { script }: Pick<TurnRecord, "script">,
  { outcome, reading, rows }: ScriptEnd,
): Pick<Effects, "answered"> {
  if (script === undefined) return {};
  const said = findFencedSends(reading?.text ?? "").text;
  const text = redact(trimLines(findFencedAsk(said)?.text ?? said));
  const error = rows.findLast(({ view }) => view.error)?.view.error;
  // What the agent asks at the end of its answer may still be answered: another turn goes on with it.
  const isAsking = rows.some(({ memo }) => memo !== undefined);
  const isUnanswered = isAsking || (outcome === "done" && reading?.finish === "tool-calls");
  const answer = {
    outcome,
    text,
    ...(error !== undefined && { error }),
    ...(isUnanswered && { isUnanswered }),
  };
  return { answered: [{ script, answer }] };
}

/** Keeps what scripts are told. It never rejects: the chat has the answer, too. */
export async function keepAnswers(
  answered: readonly AnsweredScript[],
  { settings, log }: Pick<Services, "settings" | "log">,
): Promise<void> {
  for (const { script, answer } of answered) {
    await keepScriptAnswer(settings.stateDir, answerKey(script), answer)
      .catch((error) => log.error(`cannot keep an answer for a script: ${describe(error)}`));
  }
}

import { join } from "@std/path";
import { need, parseJson, parser, string } from "../base/json.ts";
import type { ScriptAnswer } from "../model/script.ts";
import type { Outcome } from "../model/turn.ts";
import { keepFile, sweepFiles } from "./kept_files.ts";

const OUTCOMES: readonly Outcome[] = ["done", "failed", "cancelled", "interrupted"];

const parseAnswer = parser((answer): ScriptAnswer => {
  const error = string(answer.error);
  return {
    outcome: need(OUTCOMES.find((one) => one === answer.outcome)),
    text: string(answer.text) ?? "",
    ...(error !== undefined && { error }),
    ...(answer.isUnanswered === true && { isUnanswered: true }),
  };
});

/** Keeps the answer to a script in a private file (0600) in the state directory, under a name made of letters. */
export async function keepScriptAnswer(
  stateDir: string,
  key: string,
  answer: ScriptAnswer,
): Promise<void> {
  await keepFile(pathOf(stateDir, key), JSON.stringify(answer));
}

/** The answer that was kept, if there is one. */
export async function findScriptAnswer(
  stateDir: string,
  key: string,
): Promise<ScriptAnswer | undefined> {
  const text = await Deno.readTextFile(pathOf(stateDir, key)).catch(() => "");
  return parseAnswer(parseJson(text));
}

/** Deletes the answers that were kept before a time (ms since 1970). */
export async function sweepScriptAnswers(stateDir: string, before: number): Promise<void> {
  await sweepFiles(join(stateDir, "scripts"), [], before);
}

function pathOf(stateDir: string, key: string): string {
  return join(stateDir, "scripts", `${key}.json`);
}

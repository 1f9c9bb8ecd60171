import { join } from "@std/path";
import { readJson } from "../base/read_json.ts";
import { parseScriptAnswer } from "../model/parse_script_answer.ts";
import type { ScriptAnswer } from "../model/script.ts";
import { keepFile, sweepFiles } from "./files/kept_files.ts";

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
  return parseScriptAnswer(await readJson(pathOf(stateDir, key)));
}

/** Deletes the answers that were kept before a time (ms since 1970). */
export async function sweepScriptAnswers(stateDir: string, before: number): Promise<void> {
  await sweepFiles(join(stateDir, "scripts"), [], before);
}

function pathOf(stateDir: string, key: string): string {
  return join(stateDir, "scripts", `${key}.json`);
}

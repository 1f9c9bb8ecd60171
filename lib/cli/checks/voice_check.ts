import { isClearText } from "../../base/clear_text.ts";
import { newTranscriber } from "../../speech/new_transcriber.ts";
import { type Check, type CheckResult, STEP_MS } from "./check.ts";
import type { CheckContext } from "./context.ts";

/** The check of what turns voice messages into text. It costs nothing: no recording is sent. */
export const VOICE_CHECK: Check = {
  name: "voice",
  needs: "network",
  settings: ["sttUrl", "sttKey", "sttModel"],
  run: voice,
};

async function voice(
  { config, texts }: CheckContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  const transcriber = newTranscriber(config);
  if (transcriber === undefined) return texts.notSetUp;
  const odd = await transcriber.check(AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)]));
  if (odd !== undefined) return { warning: texts.finding(transcriber.name, odd), todo: "" };
  const { voiceClearText: todo } = texts.remedies;
  return isClearText(config.sttUrl) ? { warning: transcriber.name, todo } : transcriber.name;
}

import { ApiError } from "../../base/errors.ts";
import { summaryLine } from "../../base/text.ts";
import type { Reading } from "../../model/reading.ts";
import type { Texts } from "../../texts/texts.ts";

/** How many characters of an error are shown. */
const LINE_CHARS = 200;

/** The text for the reader when a turn failed with an error that was thrown. */
export function failureText(error: unknown, texts: Texts): string {
  const why = error instanceof Error ? error.message : String(error);
  const isRefused = error instanceof ApiError && !error.retryable;
  return isRefused ? texts.agentFailed(why) : texts.agentAway(why);
}

/** The text for the reader when the agent says why a turn failed, or says nothing. */
export function errorText(reading: Reading, texts: Texts): string {
  const { error } = reading;
  if (error === undefined) return texts.promptVanished;
  const what = texts.modelError(
    summaryLine(
      error.statusCode ? `${error.message} (HTTP ${error.statusCode})` : error.message,
      LINE_CHARS,
    ),
  );
  if (error.statusCode === 401 || error.statusCode === 403 || error.name === "ProviderAuthError") {
    return `${what}\n${texts.authError}`;
  }
  return /model not found/i.test(error.message) ? `${what}\n${texts.modelMissing}` : what;
}

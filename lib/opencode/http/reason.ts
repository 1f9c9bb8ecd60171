import { describe } from "../../base/errors.ts";
import { terminalTexts } from "../../texts/terminal_texts.ts";

/** Why a request failed, in a few words, without the name of the request. */
export function reason(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  const isTimeout = cause instanceof DOMException && cause.name === "TimeoutError";
  if (isTimeout) return terminalTexts("en").timedOut;
  // `fetch` says the layers of the network one after the other; the last one is the reason.
  return describe(cause).replace(/^error sending request .*: (?=\S)/, "");
}

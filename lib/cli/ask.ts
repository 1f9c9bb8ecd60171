import { UsageError } from "../base/errors.ts";
import { visible } from "../base/visible.ts";
import type { AnswerReply, ScriptReply } from "../model/script.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { EXIT } from "./exit_codes.ts";
import { scriptRequest } from "./scripts/script_request.ts";
import { scriptText } from "./scripts/script_text.ts";
import { loadStateSettings } from "./settings.ts";
import { complain, print } from "./terminal.ts";
import { stopRequested } from "./stop_requested.ts";

/** How long `ask` waits unless it is told, in milliseconds. */
const TIMEOUT_MS = 3_600_000;

/**
 * `ask --chat NAME TEXT|-`: runs a prompt in a conversation, and prints the answer. Ctrl-C and a time-out end
 * only the wait. The turn belongs to the chat, where it can be stopped.
 *
 * @returns The exit code by how the turn ended.
 * @throws {UsageError} When no bridge runs, or the prompt is not accepted.
 */
export async function ask({ script = { chat: "" }, ...args }: Args): Promise<number> {
  const stopped = stopRequested();
  const { config: { stateDir }, texts } = await loadStateSettings(args);
  const text = await scriptText(script.text ?? "", texts);
  const { id = crypto.randomUUID(), chat, timeoutMs = TIMEOUT_MS } = script;
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(EXIT.timedOut), timeoutMs);
  stopped.then(() => ended.abort(EXIT.interrupted));
  const onReply = (reply: ScriptReply) => {
    if (reply.kind === "asked") complain(texts.chatIsAsked(visible(reply.title)));
  };
  try {
    const options = { stateDir, texts, onReply, signal: ended.signal };
    const answer = await scriptRequest({ kind: "ask", chat, id, text }, "answer", options);
    return printAnswer(answer, texts);
  } catch (error) {
    const { aborted, reason } = ended.signal;
    if (!aborted || error instanceof UsageError) throw error;
    const isLate = reason === EXIT.timedOut;
    complain(isLate ? texts.askTimedOut(timeoutMs, id) : texts.askInterrupted(id));
    return isLate ? EXIT.timedOut : EXIT.interrupted;
  } finally {
    clearTimeout(timer);
  }
}

function printAnswer(
  { outcome, text, error = "", isUnanswered }: AnswerReply,
  texts: TerminalTexts,
): number {
  if (text !== "") print(text);
  if (outcome === "done" && !isUnanswered) return 0;
  const [why, code] = {
    done: [texts.askUnanswered, EXIT.unanswered] as const,
    cancelled: [texts.askCancelled, EXIT.cancelled] as const,
    failed: [visible(error, "\n") || texts.askFailed, EXIT.failure] as const,
    interrupted: [texts.askBroken, EXIT.failure] as const,
  }[outcome];
  complain(why);
  return code;
}

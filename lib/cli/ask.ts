import { UsageError } from "../base/errors.ts";
import { visible } from "../base/visible.ts";
import type { AnswerReply, ScriptReply } from "../model/script.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { scriptRequest } from "./script_request.ts";
import { scriptText } from "./script_text.ts";
import { loadStateSettings } from "./settings.ts";
import { complain, print, stopRequested } from "./terminal.ts";

/** How long `ask` waits unless it is told, in milliseconds. */
const TIMEOUT_MS = 3_600_000;

/** The exit codes of a turn that was cancelled, and of one in which nobody answered what the agent asked. */
const CANCELLED = 4;
const UNANSWERED = 5;
/** The exit code of a wait that took too long, as that of timeout(1), and of one that Ctrl-C ended. */
const TIMED_OUT = 124;
const INTERRUPTED = 130;

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
  const timer = setTimeout(() => ended.abort(TIMED_OUT), timeoutMs);
  stopped.then(() => ended.abort(INTERRUPTED));
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
    const isLate = reason === TIMED_OUT;
    complain(isLate ? texts.askTimedOut(timeoutMs, id) : texts.askInterrupted(id));
    return isLate ? TIMED_OUT : INTERRUPTED;
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
    done: [texts.askUnanswered, UNANSWERED] as const,
    cancelled: [texts.askCancelled, CANCELLED] as const,
    failed: [visible(error, "\n") || texts.askFailed, 1] as const,
    interrupted: [texts.askBroken, 1] as const,
  }[outcome];
  complain(why);
  return code;
}

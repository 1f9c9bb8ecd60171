import { pause } from "../../base/waiting/wakeup.ts";
import type { AnswerReply, RefusedReply, ScriptReply } from "../../model/script.ts";
import { findScriptAnswer } from "../../store/script_answers.ts";
import type { AskSummary } from "../asks/ask.ts";
import type { Services } from "../services.ts";
import { answerKey } from "./script_ids.ts";

/** What {@linkcode waitForAnswer} needs. */
export interface WaitOptions extends Pick<Services, "settings" | "store"> {
  /** The conversation's key. */
  readonly conversation: string;
  /** What the chat is asked at the moment. */
  readonly asked: () => readonly AskSummary[];
  readonly reply: (reply: ScriptReply) => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** How often to look, in milliseconds. */
const LOOK_MS = 250;

/**
 * Waits until the turn of a script has ended, and what it asked at its end is over, and resolves with the answer.
 * It looks at what is stored, so that it makes no difference whether the bridge was started again meanwhile.
 */
export async function waitForAnswer(
  script: string,
  { settings, store, conversation, asked, reply, signal }: WaitOptions,
): Promise<AnswerReply | RefusedReply> {
  let told = "";
  for (;;) {
    const turn = (await store.turns(conversation)).find((one) => one.script === script);
    const isAsking = (await store.rows(conversation))
      .some(({ keep, memo }) => keep === true && memo?.script === script);
    const isOpen = turn !== undefined && turn.state.kind !== "stopping";
    if (!isOpen && !isAsking) break;
    const isRunning = isAsking || (isOpen && turn.state.kind !== "queued");
    const title = isRunning ? asked()[0]?.title ?? "" : "";
    if (title !== "" && title !== told) reply({ kind: "asked", title });
    told = title;
    await pause(LOOK_MS, signal);
    signal.throwIfAborted();
  }
  const answer = await findScriptAnswer(settings.stateDir, answerKey(script));
  if (answer !== undefined) return { kind: "answer", ...answer };
  return { kind: "refused", why: "no answer" };
}

import { isGone } from "../../base/errors.ts";
import type { ConversationUpdate } from "../../model/conversation.ts";
import type { Run, TurnRecord, TurnState } from "../../model/turn.ts";
import type { Services } from "../services.ts";
import type { RunFollower } from "./run_follower.ts";

/** What {@linkcode postRun} needs. */
export interface PostOptions extends Pick<Services, "agent" | "texts" | "signal"> {
  /** Follows a run; `gap` means that it may have begun before. */
  readonly follow: (run: Run, gap: boolean) => RunFollower;
  /** Stores the turn's next state together with a change of the conversation. */
  readonly enter: (state: TurnState, update?: ConversationUpdate) => Promise<void>;
  /** Shows a notice to the reader. */
  readonly notify: (notice: string) => void;
}

/**
 * Posts the prompt of a turn to the agent exactly once, and enters the state `posted`. A lost session is
 * replaced by a fresh one.
 *
 * @param inDoubt Whether an earlier run of the program may have posted it.
 */
export async function postRun(
  turn: TurnRecord,
  run: Run,
  inDoubt: boolean,
  { agent, texts, signal, follow, enter, notify }: PostOptions,
): Promise<void> {
  for (let lost = false;; lost = true) {
    follow(run, inDoubt);
    try {
      const isThere = inDoubt && await agent.hasPrompt(run, signal);
      const posted = isThere ? run : await agent.post(run, turn, signal);
      if ("unreadable" in posted && posted.unreadable) notify(texts.pictureUnreadable);
      const postedRun = { ...run, userMessageId: posted.userMessageId };
      await enter({ kind: "posted", run: postedRun });
      // All events may have arrived already, under the other id.
      if (postedRun.userMessageId !== run.userMessageId) follow(postedRun, true);
      return;
    } catch (error) {
      if (!isGone(error) || lost) throw error;
      // The session or opencode's data was deleted, so the conversation continues in a fresh session.
      notify(texts.sessionLost);
      const before = run.sessionId;
      run = { ...run, sessionId: await agent.createSession(run.directory, signal) };
      await enter({ kind: "begun", run }, bindSession(run, before));
    }
  }
}

/** Binds the conversation to a run's session, unless `before` is no longer its session. */
export function bindSession(
  { sessionId, directory }: Run,
  before: string | undefined,
): ConversationUpdate {
  return (record) =>
    record.directory === directory && record.sessionId === before
      ? { ...record, sessionId }
      : record;
}

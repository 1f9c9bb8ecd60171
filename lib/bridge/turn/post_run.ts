import { isGone } from "../../base/errors.ts";
import type { ConversationUpdate } from "../../model/conversation.ts";
import type { Run, TurnRecord, TurnState } from "../../model/turn.ts";
import type { Services } from "../services.ts";
import type { RunFollower } from "./run_follower.ts";

/** What {@linkcode postRun} needs. */
export interface PostOptions extends Pick<Services, "agent" | "texts" | "signal"> {
  /** Follows a run; `gap` when it may have begun before. */
  readonly follow: (run: Run, gap: boolean) => RunFollower;
  /** Stores the turn's next state, and a change of the conversation with it. */
  readonly enter: (state: TurnState, update?: ConversationUpdate) => Promise<void>;
  /** Tells the reader something. */
  readonly notify: (notice: string) => void;
}

/**
 * Gives the prompt of a turn to the agent, once, and enters the state `posted`.
 *
 * @param inDoubt Whether an earlier run of the program may have done so.
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
      // What the events told until now may have been all, and of another id.
      if (postedRun.userMessageId !== run.userMessageId) await follow(postedRun, false).catchUp();
      return;
    } catch (error) {
      if (!isGone(error) || lost) throw error;
      // The session was deleted, or opencode's data was; the conversation goes on in a fresh one.
      notify(texts.sessionLost);
      const before = run.sessionId;
      run = { ...run, sessionId: await agent.createSession(run.directory, signal) };
      await enter({ kind: "begun", run }, bindSession(run, before));
    }
  }
}

/** Binds the conversation to a run's session instead of `before`, unless it was moved elsewhere meanwhile. */
export function bindSession(
  { sessionId, directory }: Run,
  before: string | undefined,
): ConversationUpdate {
  return (record) =>
    record.directory === directory && record.sessionId === before
      ? { ...record, sessionId }
      : record;
}

import { describe } from "../../base/errors.ts";
import type { ConversationUpdate } from "../../model/conversation.ts";
import type { Posted } from "../../model/ports.ts";
import type { Run, TurnRecord, TurnState } from "../../model/turn.ts";
import type { Services } from "../services.ts";
import { noteTopic } from "./give_back.ts";

/** What {@linkcode steerRun} needs. */
export interface SteerOptions extends Pick<Services, "agent" | "log" | "signal"> {
  /** Stores the turn's next state together with a change of the conversation. */
  readonly enter: (state: TurnState, update?: ConversationUpdate) => Promise<void>;
  /** Posts the prompt; see `postRun`. */
  readonly post: (run: Run) => Promise<Posted | "unclear" | undefined>;
}

/**
 * Gives the prompt of a turn that waits to the agent while another run goes on in the session. The agent takes it
 * into that at the next step, or runs it by itself if that has just ended: there is one prompt with one id. What
 * the agent refuses waits for its own run. Never rejects.
 */
export async function steerRun(
  turn: TurnRecord,
  { sessionId: id, directory, model, effort, agent: chosen }: Run,
  { agent, enter, post, log, signal }: SteerOptions,
): Promise<void> {
  try {
    const fresh = agent.begin({ id, directory }, { model, effort, agent: chosen });
    const run: Run = { ...fresh, steers: true };
    await enter({ kind: "begun", run });
    try {
      const posted = await post(run);
      // It is cancelled, or its own run finds out.
      if (posted === undefined || posted === "unclear") return;
      const { userMessageId } = posted;
      await enter({ kind: "posted", run: { ...run, userMessageId } }, noteTopic(turn));
    } catch (error) {
      signal.throwIfAborted();
      log.warn(`turn ${turn.id} waits for its own run: ${describe(error)}`);
      await enter({ kind: "queued" });
    }
  } catch (error) {
    if (!signal.aborted) log.error(`cannot put in turn ${turn.id}: ${describe(error)}`);
  }
}

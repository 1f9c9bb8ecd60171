import { describe } from "../../base/errors.ts";
import { persist } from "../../base/waiting/persist.ts";
import type { Outcome, TurnRecord } from "../../model/turn.ts";
import { withSpent } from "../budget/spent_of.ts";
import type { Committer } from "../effects.ts";
import type { Services } from "../services.ts";
import type { TurnRunner } from "./turn_runner.ts";

/** What {@linkcode closeAfter} needs. */
export interface CloseOptions extends Pick<Services, "sessions" | "log" | "signal"> {
  readonly conversation: Committer;
}

/**
 * Deletes a turn that has ended in the chat, and frees its session, once the agent has confirmed that it has
 * stopped. Never rejects. If the program ends before, the next run goes on with it.
 */
export async function closeAfter(
  running: Promise<Outcome>,
  runner: TurnRunner,
  turn: TurnRecord,
  { conversation, sessions, log, signal }: CloseOptions,
): Promise<void> {
  try {
    await running.catch((error) => {
      signal.throwIfAborted();
      log.warn(`turn ${turn.id} was to be stopped: ${describe(error)}`);
    });
    const closed = [withSpent(turn, runner.follower?.reading)];
    await persist(() => conversation.commit({ closed }), {
      log,
      signal,
      what: `close turn ${turn.id}`,
      // Other chats may wait for its session.
      mayPass: () => true,
    });
    sessions.free(turn.id);
    log.info(`turn ${turn.id} has stopped`);
  } catch (error) {
    if (!signal.aborted) log.error(`cannot stop turn ${turn.id}: ${describe(error)}`);
  } finally {
    runner.follower?.close();
  }
}

import type { Session } from "../../model/session.ts";
import type { CommandRequest } from "./command.ts";

/** Reads the conversation's session from the agent, if it has one. */
export async function currentSession(
  { agent, conversation, signal }: CommandRequest,
): Promise<Session | undefined> {
  const { sessionId: id, directory } = conversation.record;
  return id === undefined ? undefined : await agent.session({ id, directory }, signal);
}

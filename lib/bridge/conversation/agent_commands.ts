import type { Services } from "../services.ts";
import type { HandlerConversation } from "./handler_conversation.ts";

/** How long to wait for the agent's list of commands, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** The names of the agent's own commands in the directory of a conversation; `undefined` if it does not answer in time. */
export async function agentCommands(
  { record }: Pick<HandlerConversation, "record">,
  { agent, signal }: Pick<Services, "agent" | "signal">,
): Promise<string[] | undefined> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    return (await agent.commands(record.directory, limited)).map(({ name }) => name);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

import type { Agent } from "../../model/ports.ts";

/** How long to wait for the agent's list of commands, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** The names of the agent's own commands in a directory; `undefined` if it does not answer in time. */
export async function agentCommands(
  agent: Pick<Agent, "commands">,
  directory: string,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    return (await agent.commands(directory, limited)).map(({ name }) => name);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

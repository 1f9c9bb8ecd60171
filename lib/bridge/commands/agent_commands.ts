import { describe } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Agent } from "../../model/ports.ts";
import type { AgentCommand } from "../../model/session.ts";

/** What {@linkcode agentCommands} needs. */
export interface AgentCommandsOptions {
  readonly agent: Pick<Agent, "commands">;
  readonly log: Log;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

/** How long the agent may take to list its commands, in milliseconds. */
const LIST_MS = 5_000;

/**
 * Lists the agent's own commands in a directory. If that fails or takes too long, the log says why.
 *
 * @returns The commands; `undefined` if they are not known.
 * @throws The signal's reason.
 */
export async function agentCommands(
  directory: string,
  { agent, log, signal }: AgentCommandsOptions,
): Promise<AgentCommand[] | undefined> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)]);
  try {
    return await agent.commands(directory, limited);
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`cannot list opencode's commands: ${describe(error)}`);
    return undefined;
  }
}

import { describe } from "../../base/errors.ts";
import type { Command, CommandRequest, CommandResult } from "./command.ts";
import { COMMANDS } from "./table.ts";

/** How long a command may take, in milliseconds, the start of the agent's server included. */
const COMMAND_MS = 20_000;

/** Runs a command. An error becomes its answer. Rejects only if `request.signal` aborts. */
export async function runCommand(
  name: string,
  { run, limitMs = COMMAND_MS }: Command,
  request: Omit<CommandRequest, "commands">,
): Promise<CommandResult> {
  try {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(limitMs)]);
    return await run({ ...request, commands: COMMANDS, signal });
  } catch (error) {
    request.signal.throwIfAborted();
    return { answer: request.texts.commandFailed(`/${name}`, describe(error)) };
  }
}

import { describe } from "../../base/errors.ts";
import type { Command, CommandRequest, CommandResult } from "./command.ts";
import { COMMANDS } from "./table.ts";

/** Milliseconds that a command may wait for the agent, its start included. */
const COMMAND_MS = 20_000;

/** Carries out a command; what goes wrong is its answer. Rejects only when `signal` aborts. */
export async function runCommand(
  name: string,
  { run }: Command,
  request: Omit<CommandRequest, "commands">,
): Promise<CommandResult> {
  try {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(COMMAND_MS)]);
    return await run({ ...request, commands: COMMANDS, signal });
  } catch (error) {
    request.signal.throwIfAborted();
    return { answer: request.texts.commandFailed(`/${name}`, describe(error)) };
  }
}

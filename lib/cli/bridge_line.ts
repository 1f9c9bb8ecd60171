import { commandLine } from "./command_line.ts";
import { run } from "./run.ts";

/**
 * Runs a command line that runs the bridge until `stop` resolves. Deno keeps the compiled code only of what a binary
 * imports first (2.7), so the bridge is loaded together with the command line.
 *
 * @returns The exit code, see `commandLine`.
 */
export async function bridgeLine(argv: readonly string[], stop: Promise<void>): Promise<number> {
  return await commandLine(argv, (args) => run(args, stop));
}

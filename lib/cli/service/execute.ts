import { UsageError } from "../../base/errors.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";

/** How long a command of a service manager may take, in milliseconds. */
const COMMAND_MS = 60_000;

/**
 * Runs a command of the system to its end, and resolves with what it printed.
 *
 * @throws {UsageError} With what the command said when it fails.
 */
export async function execute(
  [command = "", ...args]: readonly string[],
  texts: TerminalTexts,
): Promise<string> {
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  const signal = AbortSignal.timeout(COMMAND_MS);
  const output = await outputOf(command, { args, stdin: "null", signal });
  if (output?.success) return decode(output.stdout);
  const why = output === undefined ? texts.notInstalled : decode(output.stderr);
  throw new UsageError(texts.commandFailed([command, ...args].join(" "), why));
}

/** Runs a command to its end; resolves with `undefined` if there is none. Deno throws at once then. */
export async function outputOf(
  command: string,
  options: Deno.CommandOptions,
): Promise<Deno.CommandOutput | undefined> {
  try {
    return await new Deno.Command(command, options).output();
  } catch {
    return undefined;
  }
}

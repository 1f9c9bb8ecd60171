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
  const { success, out, why } = await new Deno.Command(command, { args, stdin: "null", signal })
    .output().then(
      ({ success, stdout, stderr }) => ({ success, out: decode(stdout), why: decode(stderr) }),
      () => ({ success: false, out: "", why: texts.notInstalled }),
    );
  if (!success) throw new UsageError(texts.commandFailed([command, ...args].join(" "), why));
  return out;
}

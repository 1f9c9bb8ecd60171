import { UsageError } from "../../base/errors.ts";
import { type TerminalTexts, terminalTexts } from "../../texts/terminal_texts.ts";
import { findCommand } from "./process.ts";

/**
 * The full path of opencode.
 *
 * @param command Its name on PATH, or its path.
 * @throws {UsageError} When there is none, or it is not executable.
 */
export async function needOpencode(
  command: string,
  texts: TerminalTexts = terminalTexts("en"),
): Promise<string> {
  const found = await findCommand(command);
  if (found !== undefined) return found;
  const exists = command.includes("/") && await Deno.stat(command).then(() => true, () => false);
  const message = exists ? texts.notExecutable(command) : texts.noOpencode(command);
  throw new UsageError(message, { hasRemedy: true });
}

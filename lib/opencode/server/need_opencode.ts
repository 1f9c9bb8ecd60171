import { UsageError } from "../../base/errors.ts";
import { terminal } from "../../texts/terminal.ts";
import { findCommand } from "./process.ts";

/**
 * The full path of opencode.
 *
 * @param command Its name on PATH, or its path.
 * @throws {UsageError} When there is none, or it is not executable.
 */
export async function needOpencode(
  command: string,
): Promise<string> {
  const found = await findCommand(command);
  if (found !== undefined) return found;
  const exists = command.includes("/") && await Deno.stat(command).then(() => true, () => false);
  throw new UsageError(exists ? terminal.notExecutable(command) : terminal.noOpencode(command));
}

import { join } from "@std/path";
import { UsageError } from "../base/errors.ts";
import { redact } from "../base/secrets/redact.ts";
import { findCommand } from "../opencode/server/process.ts";
import { type TerminalTexts, terminalTexts } from "../texts/terminal_texts.ts";

/** The opencode version that is installed when there is none, and that the tests run with. */
const OPENCODE_VERSION = "1.18.33";

/** How long an installation may take, in milliseconds: about 350 MB over a slow connection. */
const INSTALL_MS = 15 * 60_000;

/**
 * Finds opencode: the given command on PATH, otherwise an earlier installation below `dir`. If there is
 * neither, npm installs it there.
 *
 * @param say Receives a line before an installation, which takes a while.
 * @throws {UsageError} When npm is missing or fails.
 */
export async function findOrInstallOpencode(
  command: string,
  dir: string,
  say: (line: string) => void,
  texts: TerminalTexts = terminalTexts("en"),
): Promise<string> {
  const found = await findCommand(command);
  if (found !== undefined) return found;
  const prefix = join(dir, `opencode-${OPENCODE_VERSION}`);
  const installed = join(prefix, "node_modules", ".bin", "opencode");
  if (await findCommand(installed) !== undefined) return installed;
  const npm = await findCommand("npm");
  if (npm === undefined) throw new UsageError(texts.noNpm(command));
  say(texts.installingOpencode(OPENCODE_VERSION, prefix));
  await Deno.mkdir(prefix, { recursive: true });
  const { success, stderr } = await new Deno.Command(npm, {
    args: [
      ...["install", "--prefix", prefix, "--no-audit", "--no-fund", "--loglevel", "error"],
      `opencode-ai@${OPENCODE_VERSION}`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(INSTALL_MS),
  }).output();
  if (!success || await findCommand(installed) === undefined) {
    const why = redact(new TextDecoder().decode(stderr)).trim().split("\n").slice(-3).join(" ");
    throw new UsageError(texts.npmFailed(why || texts.timedOut));
  }
  return installed;
}

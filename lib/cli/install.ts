import { join } from "@std/path";
import { UsageError } from "../base/errors.ts";
import { redact } from "../base/secrets/redact.ts";
import { findCommand } from "../opencode/server/process.ts";
import { type TerminalTexts, terminalTexts } from "../texts/terminal_texts.ts";

/** The opencode version that is installed when there is none, and that the tests run with. */
const OPENCODE_VERSION = "1.18.33";

/** How long an installation may take, in milliseconds: about 350 MB over a slow connection. */
const INSTALL_MS = 15 * 60_000;

/** The lines of npm that tell no reason: its codes, where its log is, and nothing. */
const NO_REASON = /^(?:code|syscall|errno|path|dest)\b|^at |^A complete log|^$/;

/** Why npm has failed: the first line of what it says that tells a reason. */
function npmReason(stderr: Uint8Array): string {
  const lines = redact(new TextDecoder().decode(stderr)).split("\n")
    .map((line) => line.replace(/^npm (?:error|ERR!)/, "").trim());
  return lines.find((line) => !NO_REASON.test(line)) ?? "";
}

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
    throw new UsageError(texts.npmFailed(npmReason(stderr) || texts.timedOut));
  }
  return installed;
}

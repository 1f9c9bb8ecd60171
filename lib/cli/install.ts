import { join } from "@std/path";
import { UsageError } from "../base/errors.ts";
import { findCommand } from "../opencode/server/process.ts";

/** The opencode that is installed when there is none; the one that everything here is tested with. */
const OPENCODE_VERSION = "1.18.33";

/** How long an installation may take, in milliseconds: about 180 MB over a slow line. */
const INSTALL_MS = 15 * 60_000;

/**
 * Finds opencode: the given command on PATH, else an earlier installation of ours, else a new one
 * with npm below `dir`.
 *
 * @param say Told what takes long.
 * @throws {UsageError} When there is no npm, or it fails.
 */
export async function findOrInstallOpencode(
  command: string,
  dir: string,
  say: (line: string) => void,
): Promise<string> {
  const found = await findCommand(command);
  if (found !== undefined) return found;
  const prefix = join(dir, `opencode-${OPENCODE_VERSION}`);
  const installed = join(prefix, "node_modules", ".bin", "opencode");
  if (await findCommand(installed) !== undefined) return installed;
  const npm = await findCommand("npm");
  if (npm === undefined) {
    throw new UsageError(
      `Cannot find ${command}, nor npm to install it: install opencode, or set OPENCODE_CMD to its path`,
    );
  }
  say(`installing opencode ${OPENCODE_VERSION} below ${prefix} (once, about 180 MB)…`);
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
    const why = new TextDecoder().decode(stderr).trim().split("\n").slice(-3).join(" ");
    throw new UsageError(`npm cannot install opencode-ai: ${why || "it timed out"}`);
  }
  return installed;
}

import { dirname, fromFileUrl, join } from "@std/path";
import config from "../../deno.json" with { type: "json" };

/** What the program, its service and its binary are called. */
export const NAME = "feishu-opencode-bridge";

/** Set by tools/build.ts; a checkout does without. */
const { BRIDGE_COMMIT: commit } = globalThis as { BRIDGE_COMMIT?: string };
/** The program's version, from deno.json, with the git commit that a binary was made of. */
export const VERSION: string = commit ? `${config.version} (${commit})` : config.version;

/**
 * How Deno runs the program: sparing with memory, and with what permissions. The flags of the task `start`
 * are the one place where they stand.
 */
export const RUN_FLAGS: readonly string[] = config.tasks.start.command.split(" ")
  .filter((word) => /^--(v8-flags|no-prompt|allow-)/.test(word));

/**
 * The command that starts this program again: the binary, or deno as the task `start` calls it, which
 * finds all it needs also long after we have ended.
 */
export function program(): string[] {
  const self = Deno.execPath();
  if (Deno.build.standalone) return [self];
  const root = fromFileUrl(new URL("../..", import.meta.url));
  const [, ...words] = config.tasks.start.command.split(" ");
  return [self, ...words.map((word) => word.startsWith("tools/") ? join(root, word) : word)];
}

/**
 * The same as one process that lives no longer than we do, with variables for it.
 *
 * @param dir Where a copy of the lock file may be put: stand-ins for jsr.io do not match its hashes,
 * and would be refused or written into it.
 */
export async function childProgram(
  dir: string,
): Promise<{ command: string[]; env: Record<string, string> }> {
  const self = Deno.execPath();
  if (Deno.build.standalone) return { command: [self], env: {} };
  const main = fromFileUrl(Deno.mainModule);
  const lock = join(dir, "deno.lock");
  await Deno.copyFile(join(dirname(main), "deno.lock"), lock).catch(() => {});
  return { command: [self, "run", `--lock=${lock}`, ...RUN_FLAGS, main], env: denoDir() };
}

/** Where Deno keeps its cache now, also for a child whose `XDG_CACHE_HOME` is another one. */
function denoDir(): Record<string, string> {
  if (Deno.build.os !== "linux" || Deno.env.get("DENO_DIR") !== undefined) return {};
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache");
  return { DENO_DIR: join(cache, "deno") };
}

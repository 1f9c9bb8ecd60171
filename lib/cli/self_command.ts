import { dirname, fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "./program.ts";

/** How this program starts itself: a program, its first arguments, and variables for it. */
export interface SelfCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * How this program starts itself, from a binary or from a checkout.
 *
 * @param dir Where a copy of the lock file may be put: stand-ins for jsr.io do not match its hashes,
 * and would be refused or written into it.
 */
export async function selfCommand(dir: string): Promise<SelfCommand> {
  if (Deno.build.standalone) return { command: Deno.execPath(), args: [], env: {} };
  const main = fromFileUrl(Deno.mainModule);
  const lock = join(dir, "deno.lock");
  const copied = await Deno.copyFile(join(dirname(main), "deno.lock"), lock)
    .then(() => true, () => false);
  return {
    command: Deno.execPath(),
    args: [
      ...["run", copied ? `--lock=${lock}` : "--no-lock", "--unstable-kv"],
      ...RUN_FLAGS,
      main,
    ],
    env: denoDir(),
  };
}

/** Where Deno keeps its cache now, also for a child whose `XDG_CACHE_HOME` is another one. */
function denoDir(): Record<string, string> {
  if (Deno.build.os !== "linux" || Deno.env.get("DENO_DIR") !== undefined) return {};
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache");
  return { DENO_DIR: join(cache, "deno") };
}

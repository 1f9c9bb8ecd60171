import { dirname, fromFileUrl, join } from "@std/path";
import config from "../../deno.json" with { type: "json" };

/** The name of the program, its service and its binary. */
export const NAME = "feishu-opencode-bridge";

/**
 * What tools/build.ts sets in a binary: the git commit that it was built from, and the repository on GitHub
 * (`owner/name`) that releases it. Unset in a checkout.
 */
const { BRIDGE_COMMIT: commit, BRIDGE_REPOSITORY: repository } = globalThis as {
  BRIDGE_COMMIT?: string;
  BRIDGE_REPOSITORY?: string;
};
/** The repository on GitHub, as `owner/name`, whose releases are newer versions; unset where none is known. */
export const REPOSITORY: string | undefined = repository || undefined;
/** The program's version from deno.json; in a binary with the git commit. */
export const VERSION: string = commit ? `${config.version} (${commit})` : config.version;
/** The program's version, as its release is called. */
export const RELEASE: string = config.version;

/** The release of a {@linkcode VERSION}, without the commit. */
export function releaseOf(version: string): string {
  return version.split(" ", 1)[0] ?? version;
}

/**
 * The variable by which a bridge tells a copy of its own binary to restart it after an update: a process that ends
 * cannot wait for the one that follows it.
 */
export const FINISH_VARIABLE = "FINISH_UPDATE_OF_BRIDGE";

/**
 * The flags with which Deno runs the program: its permissions, and its trade of speed for memory. They are
 * defined in the task `start` of deno.json and nowhere else. V8 optimises a function only after 20000 calls (400 by
 * default), because its optimising compiler takes 4 MB of memory from the first time that it runs.
 */
export const RUN_FLAGS: readonly string[] = config.tasks.start.command.split(" ")
  .filter((word) => /^--(v8-flags|no-prompt|allow-)/.test(word));

/**
 * The command that starts this program again: the binary, or deno with the words of the task `start`. The
 * command stays valid after this process has ended.
 */
export function program(): string[] {
  const self = Deno.execPath();
  if (Deno.build.standalone) return [self];
  const root = fromFileUrl(new URL("../..", import.meta.url));
  const [, ...words] = config.tasks.start.command.split(" ");
  return [self, ...words.map((word) => word.startsWith("tools/") ? join(root, word) : word)];
}

/** Whether a file lies in the cache of npx, from which npm may delete it. */
export function isInNpxCache(path: string): boolean {
  return path.split("/").includes("_npx");
}

/**
 * A command that starts this program again as a single process, and the variables that it needs. It is
 * for a child that does not outlive this process.
 *
 * @param dir Where a copy of the lock file is put. tools/dev.ts may use stand-ins for jsr.io, whose
 * hashes differ: with the original, Deno would refuse them or write them into it.
 */
export async function childProgram(
  dir: string,
): Promise<{ command: string[]; env: Record<string, string> }> {
  const self = Deno.execPath();
  if (Deno.build.standalone) return { command: [self], env: {} };
  const main = fromFileUrl(Deno.mainModule);
  const lock = join(dir, "deno.lock");
  await Deno.copyFile(join(dirname(main), "deno.lock"), lock).catch(() => {});
  // Without a line for each package that is downloaded.
  const flags = ["--quiet", `--lock=${lock}`, ...RUN_FLAGS];
  return { command: [self, "run", ...flags, main], env: denoDir() };
}

/** The location of Deno's cache, for a child with another `XDG_CACHE_HOME`. */
function denoDir(): Record<string, string> {
  if (Deno.build.os !== "linux" || Deno.env.get("DENO_DIR") !== undefined) return {};
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache");
  return { DENO_DIR: join(cache, "deno") };
}

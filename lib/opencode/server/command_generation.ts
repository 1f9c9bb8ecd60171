import { signal } from "./process.ts";
import type { Generation } from "./server_version.ts";

/** Milliseconds that the command may take: 0.6 s for 1.18.33, ten times that on a busy machine. */
const SAY_MS = 20_000;
/** Our own secrets and settings, and those of opencode, which `--version` does not need. */
const PRIVATE = /^(FEISHU_|BRIDGE_|LARK_|OPENCODE_|DENO_KV_)/;

/**
 * What a command says that it is: `--version` prints `1.18.33` or `opencode v2.0.26`. This is a guess for
 * what must be known before a server runs; the server itself has the last word (`probeGeneration`).
 *
 * @param path The command's full path.
 * @returns `undefined` when it says something else, or nothing in time.
 */
export async function commandGeneration(
  path: string,
  stopping: AbortSignal,
): Promise<Generation | undefined> {
  // A file that the system cannot start by itself says nothing.
  const said = await say(path, stopping).catch(() => "");
  const major = Number(/^(?:opencode v)?(\d+)\./.exec(said)?.[1]);
  if (major === 1 || major === 2) return major;
  // A build of developers, or a preview.
  return /^opencode v([a-z]|0\.0\.0-)/.test(said) ? 2 : undefined;
}

async function say(path: string, stopping: AbortSignal): Promise<string> {
  const environment = Object.entries(Deno.env.toObject()).filter(([name]) => !PRIVATE.test(name));
  const limit = AbortSignal.any([stopping, AbortSignal.timeout(SAY_MS)]);
  limit.throwIfAborted();
  const child = new Deno.Command(path, {
    args: ["--version"],
    clearEnv: true,
    env: Object.fromEntries(environment),
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
  // Its whole group: what a script has started holds the pipe open.
  const end = () => signal(-child.pid, "SIGKILL");
  limit.addEventListener("abort", end);
  const { stdout } = await child.output();
  limit.removeEventListener("abort", end);
  return new TextDecoder().decode(stdout).trim();
}

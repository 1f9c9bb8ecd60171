import type { Generation } from "./server_version.ts";

/** Milliseconds that the command may take: 0.6 s for 1.18.33, ten times that on a busy machine. */
const SAY_MS = 20_000;
/** Our own secrets and settings, and those of opencode, which `--version` does not need. */
const PRIVATE = /^(FEISHU_|BRIDGE_|LARK_|OPENCODE_)/;

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
  const environment = Object.entries(Deno.env.toObject()).filter(([name]) => !PRIVATE.test(name));
  const { stdout } = await new Deno.Command(path, {
    args: ["--version"],
    clearEnv: true,
    env: Object.fromEntries(environment),
    stdin: "null",
    stderr: "null",
    signal: AbortSignal.any([stopping, AbortSignal.timeout(SAY_MS)]),
  }).output().catch(() => ({ stdout: new Uint8Array() }));
  const said = new TextDecoder().decode(stdout).trim();
  const major = Number(/^(?:opencode v)?(\d+)\./.exec(said)?.[1]);
  if (major === 1 || major === 2) return major;
  // A build of developers.
  return /^opencode v[a-z]/.test(said) ? 2 : undefined;
}

import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));

/** Deno's cache, which a program with another home would look for elsewhere. */
const DENO_DIR = Deno.env.get("DENO_DIR") ??
  join(Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache"), "deno");

/** How to run the program. */
interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take, in milliseconds (default: a minute). */
  readonly timeoutMs?: number;
}

/** Runs the program from its sources to its end, with its own permissions. */
export async function runProgram(
  args: readonly string[],
  { cwd, env = {}, timeoutMs = 60_000 }: RunOptions,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...[
        "run",
        "--quiet",
        "--no-lock",
        "--no-check",
        `--config=${join(ROOT, "deno.json")}`,
        ...RUN_FLAGS,
      ],
      ...[join(ROOT, "main.ts"), ...args],
    ],
    cwd,
    env: { NO_COLOR: "1", DENO_DIR, LC_ALL: "en_US.UTF-8", ...env },
    stdin: "null",
    signal: AbortSignal.timeout(timeoutMs),
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout).trim(), err: text.decode(stderr).trim() };
}

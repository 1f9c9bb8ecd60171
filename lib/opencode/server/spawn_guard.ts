import { join } from "@std/path";
import { withoutLoopback } from "../../base/network/proxy.ts";
import { GUARD } from "./guard.ts";
import { HIDE_PASSWORD } from "./hide_password.ts";

/** How to start a {@linkcode GUARD} with its server. */
export interface GuardOptions {
  /** What follows the script: files, seconds of a round, the server's command. */
  readonly args: readonly string[];
  readonly password: string;
  /** A UUID by which all that the server starts is found again. */
  readonly mark: string;
  /** The directory in which the server is started. */
  readonly cwd: string;
  /** Where the script is kept that hides the password. */
  readonly stateDir: string;
  /** Variables for the server on top of our own cleaned ones. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A guard that waits for the password of its server. */
export interface Guard {
  readonly child: Deno.ChildProcess;
  /** Tells the guard the password, so that it starts the server. If we die before, the guard ends. */
  readonly begin: () => Promise<void>;
}

/**
 * Our own secrets and settings stay with us: the model's tools inherit the server's environment. So does
 * the password of another server, which 2.x would take for its own.
 */
const PRIVATE = /^(FEISHU_|BRIDGE_|LARK_|DENO_KV_|OPENCODE_(SERVER_)?PASSWORD$)/;

/** Starts a guard. */
export async function spawnGuard(options: GuardOptions): Promise<Guard> {
  const { args, password, mark, cwd, stateDir, env } = options;
  const preload = join(stateDir, "opencode-preload.js");
  await Deno.writeTextFile(preload, HIDE_PASSWORD, { mode: 0o600 });
  const inherited = Deno.env.toObject();
  const noProxy = withoutLoopback(Deno.env);
  const child = new Deno.Command("sh", {
    args: ["-c", GUARD, "opencode-guard", ...args],
    cwd,
    clearEnv: true,
    env: {
      ...Object.fromEntries(Object.entries(inherited).filter(([name]) => !PRIVATE.test(name))),
      ...env,
      NO_PROXY: noProxy,
      no_proxy: noProxy,
      OPENCODE_BRIDGE_MARK: mark,
      BUN_INSPECT_PRELOAD: preload,
    },
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  const begin = async () => {
    const stdin = child.stdin.getWriter();
    // A guard that dies meanwhile is noticed by its exit.
    await stdin.write(new TextEncoder().encode(`${password}\n`)).catch(() => {});
    await stdin.close().catch(() => {});
  };
  return { child, begin };
}

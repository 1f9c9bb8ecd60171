import { delay } from "@std/async";
import { fromFileUrl, join, resolve } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { tempDir } from "../helpers.ts";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));
/** The binary to test in place of the sources, when there is one: see `deno task test:binary`. */
const BINARY = Deno.env.get("BRIDGE_BINARY");
const SOURCES = ["run", "--no-lock", "--no-check", `--config=${join(ROOT, "deno.json")}`];
/** Deno's cache, which a program with another home would look for elsewhere. */
const DENO_DIR = Deno.env.get("DENO_DIR") ??
  join(Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache"), "deno");

/** A bridge as a process of its own, with a small server in opencode's place. */
export interface NetworkBridge extends AsyncDisposable {
  /** All that it has printed. */
  readonly output: string;
  /** Waits until it has printed something as often as that. */
  printed(pattern: RegExp, times?: number): Promise<void>;
  /** The requests that its opencode got, by whether they had the password. */
  readonly asked: { readonly good: number; readonly bad: number };
}

/** What a bridge is started with. */
interface BridgeOptions {
  readonly domain: string;
  /** The text of an env file that others can read. */
  readonly envFile?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a bridge with an environment of its own. */
export async function startBridge(
  twin: Twin,
  { domain, envFile, env = {} }: BridgeOptions,
): Promise<NetworkBridge> {
  const dir = await tempDir();
  const asked = { good: 0, bad: 0 };
  const agent = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const isGood = request.headers.get("authorization") === `Basic ${btoa("opencode:s3cret-pass")}`;
    asked[isGood ? "good" : "bad"]++;
    return Response.json({ healthy: true, version: "1.18.33", providers: [] });
  });
  const flags = ["run", "--state-dir", join(dir.path, "state"), "--cwd", dir.path];
  if (envFile !== undefined) {
    const file = join(dir.path, "bridge.env");
    await Deno.writeTextFile(file, envFile, { mode: 0o644 });
    flags.push("--env-file", file);
  }
  const [file = "", ...args] = BINARY
    ? [resolve(ROOT, BINARY), ...flags]
    : [Deno.execPath(), ...SOURCES, "--cached-only", ...RUN_FLAGS, join(ROOT, "main.ts"), ...flags];
  const child = new Deno.Command(file, {
    args,
    cwd: dir.path,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: dir.path,
      DENO_DIR,
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      FEISHU_APP_ID: twin.app.id,
      FEISHU_APP_SECRET: twin.app.secret,
      FEISHU_DOMAIN: domain,
      FEISHU_ALLOWED_USERS: twin.user.openId,
      OPENCODE_URL: `http://opencode:s3cret-pass@127.0.0.1:${agent.addr.port}`,
      ...(Deno.env.get("JSR_URL") && { JSR_URL: Deno.env.get("JSR_URL") ?? "" }),
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const reading = [child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  });
  return {
    asked,
    get output() {
      return output;
    },
    async printed(pattern, times = 1) {
      const all = new RegExp(pattern, "g");
      const until = Date.now() + 30_000;
      while ((output.match(all)?.length ?? 0) < times) {
        if (Date.now() > until) throw new Error(`no ${times} × ${pattern} in:\n${output}`);
        await delay(20);
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill();
      } catch {
        // It has ended.
      }
      await child.status;
      await Promise.all(reading);
      await agent.shutdown();
      await dir[Symbol.asyncDispose]();
    },
  };
}

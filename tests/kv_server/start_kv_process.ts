import { deadline, delay } from "@std/async";
import { fromFileUrl } from "@std/path";
import { freePort } from "../../lib/opencode/server/process.ts";
import { emptyKv } from "./empty_kv.ts";
import { FAULTS, type KvFaults } from "./kv_server.ts";

/** A stand-in for denokv in a process of its own. */
export interface KvProcess extends AsyncDisposable {
  /** What `BRIDGE_KV` takes: one for each way to the same values. */
  readonly urls: readonly string[];
  /** Its access token. */
  readonly token: string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again, with what it had and without faults. */
  start(): Promise<void>;
  /** Changes what goes wrong on one of the ways, or on all. `breakOpen` breaks all watches, and what hangs. */
  setFaults(faults: Partial<KvFaults> & { breakOpen?: true }, url?: string): Promise<void>;
}

/**
 * Starts a stand-in for denokv as a process; or takes denokv itself, in the container that `DENOKV_CONTAINER` names.
 *
 * @param path Its file.
 * @param ways How many URLs lead to it, each with faults of its own.
 */
export async function startKvProcess(path: string, ways = 1): Promise<KvProcess> {
  const container = Deno.env.get("DENOKV_CONTAINER");
  if (container !== undefined) return await denokvProcess(container);
  const ports = Array.from({ length: ways }, freePort);
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  let child: Deno.ChildProcess | undefined;
  const kill = async () => {
    const running = child;
    child = undefined;
    running?.kill("SIGKILL");
    await running?.status;
  };
  const start = async () => {
    const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
    const main = fromFileUrl(new URL("main.ts", import.meta.url));
    child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-lock",
        "--no-check",
        `--config=${config}`,
        main,
        path,
        ...ports.map(String),
      ],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    const { done } = await deadline(reader.read(), 20_000);
    await reader.cancel();
    if (done) throw new Error("the stand-in for denokv did not start");
  };
  await start();
  return {
    urls,
    token: "token-of-the-tests",
    kill,
    start,
    async setFaults(faults, url) {
      for (const one of url === undefined ? urls : [url]) {
        const body = JSON.stringify(faults);
        await (await fetch(one + FAULTS, { method: "POST", body })).body?.cancel();
      }
    },
    [Symbol.asyncDispose]: kill,
  };
}

/** denokv itself, without anything in it; it has no faults but its end. */
async function denokvProcess(container: string): Promise<KvProcess> {
  const { url, token } = await emptyKv();
  const docker = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("docker", { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  const answers = async () => {
    while (
      !await fetch(url).then(async ({ body }) => {
        await body?.cancel();
        return true;
      }).catch(() => false)
    ) {
      await delay(50);
    }
  };
  const start = async () => {
    await docker("start", container);
    await deadline(answers(), 20_000);
  };
  return {
    urls: [url],
    token,
    kill: () => docker("kill", "--signal=KILL", container),
    start,
    setFaults: () => Promise.reject(new Error("denokv has no faults")),
    // The next test may need it.
    [Symbol.asyncDispose]: start,
  };
}

/** What ends a bridge: its terminal that is closed, and SIGTERM, but not SIGHUP without a terminal. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { fromFileUrl, join } from "@std/path";
import { findBridge } from "../../lib/cli/background/bridge_record.ts";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { freePort } from "../../lib/opencode/server/process.ts";
import { tempDir } from "../helpers.ts";
import { onTerminal } from "./on_terminal.ts";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));

/** A bridge with a Feishu and no opencode. */
async function startBridge(settings: Readonly<Record<string, string>> = {}) {
  const dir = await tempDir();
  const twin = await startTwin();
  const state = join(dir.path, "state");
  const env: Record<string, string> = {
    FEISHU_APP_ID: twin.app.id,
    FEISHU_APP_SECRET: twin.app.secret,
    FEISHU_DOMAIN: twin.url,
    FEISHU_ALLOWED_USERS: "pair",
    OPENCODE_URL: `http://127.0.0.1:${freePort()}`,
    BRIDGE_LANG: "en",
    BRIDGE_STATE_DIR: state,
    NO_COLOR: "1",
    ...settings,
  };
  const program = [
    ...[Deno.execPath(), "run", "--no-lock", "--no-check", `--config=${join(ROOT, "deno.json")}`],
    ...[...RUN_FLAGS, join(ROOT, "main.ts")],
  ];
  const log = () => Deno.readTextFile(join(state, "bridge.log")).catch(() => "");
  const spawn = ([command = "", ...args]: string[]) =>
    new Deno.Command(command, {
      ...{ args, env, cwd: dir.path },
      ...{ stdin: "piped", stdout: "null", stderr: "null" },
    }).spawn();
  const until = async (what: string, holds: () => Promise<boolean>) => {
    const deadline = Date.now() + 30_000;
    while (!await holds()) {
      assert(Date.now() < deadline, `never ${what}: ${await log()}`);
      await delay(20);
    }
  };
  return {
    run: (...words: string[]) => spawn([...program, ...words]),
    onTerminal: (...words: string[]) => spawn(onTerminal([...program, ...words])),
    pid: async () => (await findBridge(state))?.pid,
    logs: (line: RegExp) => until(`logged ${line}`, async () => line.test(await log())),
    isReady: () => until("ready", async () => (await findBridge(state))?.ready === true),
    isGone: () => until("gone", async () => await findBridge(state) === undefined),
    async [Symbol.asyncDispose]() {
      const pid = (await findBridge(state))?.pid;
      if (pid !== undefined) Deno.kill(pid, "SIGKILL");
      await twin.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** Kills a process, which may have ended by itself. */
function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Waits for the end of a process whose input was a pipe. */
async function ended(child: Deno.ChildProcess): Promise<void> {
  await child.stdin.close().catch(() => {});
  await child.status;
}

Deno.test("a bridge in the foreground ends when its terminal is closed", async () => {
  await using bridge = await startBridge();
  const terminal = bridge.onTerminal("run");
  await bridge.isReady();
  terminal.kill("SIGKILL");
  await ended(terminal);
  await bridge.isGone();
  await bridge.logs(/the terminal was closed[^]*bridge stopped\n$/);
});

Deno.test("a bridge in the background goes on when the terminal that started it is closed, and at SIGHUP", async () => {
  await using bridge = await startBridge();
  const terminal = bridge.onTerminal("start");
  await bridge.isReady();
  kill(terminal);
  await ended(terminal);
  const pid = await bridge.pid();
  assert(pid !== undefined);
  Deno.kill(pid, "SIGHUP");
  await bridge.logs(/SIGHUP: nothing to reload/);
  assertEquals(await bridge.pid(), pid);
  await ended(bridge.run("stop"));
  await bridge.isGone();
});

Deno.test("a bridge that waits for its store ends at once when it is told to", async () => {
  const away = `http://127.0.0.1:${freePort()}`;
  await using bridge = await startBridge({ BRIDGE_KV: away, DENO_KV_ACCESS_TOKEN: "token" });
  const program = bridge.run("run");
  await bridge.logs(/cannot open the state: .*trying again\n$/);
  const startedAt = Date.now();
  program.kill("SIGTERM");
  await ended(program);
  assert(Date.now() - startedAt < 3_000);
  await bridge.logs(/bridge stopped\n$/);
});

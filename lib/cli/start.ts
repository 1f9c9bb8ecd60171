import { delay } from "@std/async";
import { join } from "@std/path";
import { existsSync } from "node:fs";
import { type Config, language } from "../config.ts";
import { duration } from "../base/duration.ts";
import { UsageError } from "../base/errors.ts";
import { lastLines } from "../opencode/server/readiness.ts";
import { signal, startTime } from "../opencode/server/process.ts";
import { endLeftServer } from "../opencode/server/server.ts";
import { holdStateDir } from "../store/state_dir.ts";
import { Store } from "../store/store.ts";
import { texts } from "../texts/texts.ts";
import type { Args } from "./args.ts";
import { NAME, program } from "./program.ts";
import { type BridgeRecord, findBridge } from "./record.ts";
import { loadSettings } from "./settings.ts";
import { print } from "./terminal.ts";

/** How long `start` waits until the bridge is ready, in milliseconds. */
const READY_MS = 10_000;
/** How long a bridge may take to end, in milliseconds; it promises 5 seconds. */
const STOP_MS = 8_000;
/** What `status` ends with when no bridge runs: the number of the Linux Standard Base for that. */
const NOT_RUNNING = 3;

/** `start`: the bridge in the background, where it outlives the terminal. */
export async function start(args: Args): Promise<void> {
  const { config: { stateDir } } = await loadSettings(args);
  if (args.flags.includes("force")) await stopBridge(stateDir);
  const other = await findBridge(stateDir);
  if (other !== undefined) {
    throw new UsageError(`A bridge already runs (pid ${other.pid}): start --force replaces it`);
  }
  // Proves that the directory can be used, by us.
  (await holdStateDir(stateDir))[Symbol.dispose]();
  const log = join(stateDir, "bridge.log");
  const child = new Deno.Command("sh", {
    // What does not go through the log, a crash for example, ends up in its file all the same.
    args: [
      ...["-c", 'umask 077; log=$1; shift; exec "$@" 2>>"$log"', "sh", log],
      ...program(),
      "run",
      ...args.forRun,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  child.unref();
  let ended = false;
  child.status.then(() => ended = true);
  const deadline = Date.now() + READY_MS;
  let bridge: BridgeRecord | undefined;
  while (!ended && !bridge?.ready && Date.now() < deadline) {
    await delay(50);
    bridge = await findBridge(stateDir);
  }
  if (ended) throw new UsageError(`The bridge did not start: ${await lastLines(log)}\nlog: ${log}`);
  if (!bridge?.ready) {
    throw new UsageError(
      `The bridge runs, but is not ready after ${READY_MS / 1000} s; it goes on trying. ` +
        `Last: ${await lastLines(log)}\nlog: ${log}`,
    );
  }
  print(`bridge ready (pid ${bridge.pid})\nlog: ${log}`);
}

/** `stop`: ends the bridge and the opencode server that it started. */
export async function stop(args: Args): Promise<void> {
  const { config: { stateDir } } = await loadSettings(args, { required: false });
  print(await stopBridge(stateDir) ? "bridge stopped" : "no bridge runs");
}

/** `status`: whether a bridge runs, and how it is; exit code 3 when none does. */
export async function status(args: Args): Promise<number> {
  const { config } = await loadSettings(args, { required: false });
  const say = texts(language(config));
  const bridge = await findBridge(config.stateDir);
  if (bridge === undefined) {
    const rows = await undelivered(config);
    if (rows > 0) print(say.statusUndelivered(rows, ""));
    print("no bridge runs");
    return NOT_RUNNING;
  }
  const now = Date.now();
  print([
    `bridge runs (pid ${bridge.pid}) for ${duration(now - bridge.startedAt)}${
      bridge.ready ? "" : ", not ready yet"
    }`,
    `${say.statusFeishu(bridge.up, now - bridge.since)}${bridge.up ? "" : ` (${bridge.why})`}`,
    say.statusUndelivered(bridge.undelivered, ""),
    say.statusVersion(bridge.version),
    `log: ${join(config.stateDir, "bridge.log")}`,
  ].join("\n"));
  return 0;
}

/** `logs`: the end of the log, and with `-f` what is added to it. */
export async function logs(args: Args): Promise<void> {
  const { config: { stateDir } } = await loadSettings(args, { required: false });
  const log = join(stateDir, "bridge.log");
  if (!existsSync(log)) throw new UsageError(`There is no log yet: ${log}`);
  const follow = args.flags.includes("follow") ? ["-F"] : [];
  const tail = new Deno.Command("tail", { args: ["-n", "200", ...follow, log] }).spawn();
  Deno.addSignalListener("SIGTERM", () => signal(tail.pid, "SIGTERM"));
  await tail.status;
}

/**
 * Messages that wait in the state directory of a bridge that does not run. A running one tells itself:
 * two readers of one store get in each other's way.
 */
export async function undelivered({ stateDir }: Pick<Config, "stateDir">): Promise<number> {
  if (!existsSync(join(stateDir, "state.db"))) return 0;
  return await holding(stateDir, async () => {
    const { store } = await Store.open(stateDir);
    try {
      return (await store.rows()).filter((row) => !row.shown).length;
    } finally {
      await store[Symbol.asyncDispose]();
    }
  });
}

/**
 * Ends the bridge of a state directory, by force when it does not come to an end, and its opencode.
 *
 * @returns Whether there was one.
 */
async function stopBridge(stateDir: string): Promise<boolean> {
  const bridge = await findBridge(stateDir);
  if (bridge?.service) {
    throw new UsageError(
      `The service keeps this bridge running: end it with ${
        Deno.build.os === "darwin"
          ? `launchctl bootout gui/$(id -u)/${NAME}`
          : `systemctl --user stop ${NAME}`
      }`,
    );
  }
  if (bridge !== undefined) {
    signal(bridge.pid, "SIGTERM");
    const deadline = Date.now() + STOP_MS;
    while (await startTime(bridge.pid) === bridge.startTime) {
      if (Date.now() > deadline) signal(bridge.pid, "SIGKILL");
      await delay(100);
    }
  }
  if (!existsSync(stateDir)) return false;
  return await holding(stateDir, () => endLeftServer(stateDir)) || bridge !== undefined;
}

/** Does something while no bridge can use the state directory. */
async function holding<T>(stateDir: string, work: () => Promise<T>): Promise<T> {
  const lock = await holdStateDir(stateDir);
  try {
    return await work();
  } finally {
    lock[Symbol.dispose]();
  }
}

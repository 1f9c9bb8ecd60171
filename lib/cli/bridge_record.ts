import { delay } from "@std/async";
import { join } from "@std/path";
import process from "node:process";
import type { App } from "../app.ts";
import { need, number, type Parsed, parseJson, parser, string } from "../base/json.ts";
import { startTime } from "../opencode/server/process.ts";
import { NAME, VERSION } from "./program.ts";

const parseRecord = parser((record) => ({
  pid: need(number(record.pid)),
  /** See {@linkcode startTime}. */
  startTime: need(string(record.startTime)),
  /** In milliseconds since 1970, like `since`. */
  startedAt: need(number(record.startedAt)),
  version: string(record.version) ?? "",
  /** Whether systemd or launchd keeps it running. */
  service: record.service === true,
  ready: record.ready === true,
  up: record.up === true,
  since: number(record.since) ?? 0,
  undelivered: number(record.undelivered) ?? 0,
  why: string(record.why) ?? "",
}));
/** What a running bridge tells about itself, in `bridge.json` in the state directory. */
export type BridgeRecord = Parsed<typeof parseRecord>;

/** Milliseconds between two looks at how the bridge is. */
const LOOK_MS = 5_000;
/** The same until it is ready, for which somebody may wait. */
const START_MS = 500;

/** The bridge that runs on a state directory. A record that a crash left behind is seen through. */
export async function findBridge(stateDir: string): Promise<BridgeRecord | undefined> {
  const text = await Deno.readTextFile(file(stateDir)).catch(() => "");
  const record = parseRecord(parseJson(text));
  if (record === undefined) return undefined;
  return await startTime(record.pid) === record.startTime ? record : undefined;
}

/** Keeps the record of this process, from now until it is disposed of. */
export function keepRecord(
  stateDir: string,
  app: Pick<App, "ready" | "health">,
): AsyncDisposable {
  const ended = new AbortController();
  const { signal } = ended;
  let ready = false;
  let written = "";
  const own = startTime(Deno.pid).then((startTime = "") => ({
    pid: Deno.pid,
    startTime,
    startedAt: Date.now(),
    version: VERSION,
    service: isService(),
  }));
  app.ready.then(() => ready = true, () => {});
  const note = async (ready: boolean): Promise<void> => {
    const text = JSON.stringify({ ...await own, ready, ...await app.health() });
    if (text === written || signal.aborted) return;
    await Deno.writeTextFile(`${file(stateDir)}.new`, text, { mode: 0o600 });
    await Deno.rename(`${file(stateDir)}.new`, file(stateDir));
    written = text;
  };
  const loop = (async () => {
    while (!signal.aborted) {
      const waitMs = ready ? LOOK_MS : START_MS;
      // A disk that is full or a store that is locked passes.
      await note(ready).catch(() => {});
      await delay(waitMs, { signal }).catch(() => {});
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await loop;
      if ((await findBridge(stateDir))?.pid === Deno.pid) await Deno.remove(file(stateDir));
    },
  };
}

function file(stateDir: string): string {
  return join(stateDir, "bridge.json");
}

/** Whether we, or the task that runs us, were started by systemd or launchd (their manuals of execution). */
function isService(): boolean {
  const started = Number(Deno.env.get("SYSTEMD_EXEC_PID"));
  return [process.pid, process.ppid].includes(started) ||
    Deno.env.get("XPC_SERVICE_NAME") === NAME;
}

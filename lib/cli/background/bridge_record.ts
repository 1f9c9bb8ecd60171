import { join } from "@std/path";
import process from "node:process";
import { list, need, number, type Parsed, parser, string } from "../../base/json.ts";
import type { Health } from "../../model/health.ts";
import { readJson } from "../../base/read_json.ts";
import { replaceFile } from "../../base/replace_file.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import { startTime } from "../../opencode/server/process.ts";
import { NAME, VERSION } from "../program.ts";
import { serviceName, stopCommands } from "../service/service_manager.ts";

const parsePaired = parser((person) => ({
  openId: need(string(person.openId)),
  since: number(person.since) ?? 0,
}));

const parseTrouble = parser((trouble) => ({
  of: trouble.of === "kv" ? "kv" : "disk",
  why: need(string(trouble.why)),
}));

const parseCalls = parser((calls) => ({
  month: need(number(calls.month)),
  today: number(calls.today) ?? 0,
  perMonth: number(calls.perMonth) ?? 0,
  usedUpUntil: string(calls.usedUpUntil) ?? "",
}));

const parseRecord = parser((record) => ({
  pid: need(number(record.pid)),
  /** See {@linkcode startTime}. */
  startTime: need(string(record.startTime)),
  /** In milliseconds since 1970, like `since`. */
  startedAt: need(number(record.startedAt)),
  version: string(record.version) ?? "",
  /** Whether systemd or launchd keeps it running. */
  service: record.service === true,
  /** How that service is stopped by hand; empty in the record of an older bridge. */
  stopCommand: string(record.stopCommand) ?? "",
  /** Whether `start` has started it, so that it can be restarted without anybody at a terminal. */
  isBackground: record.isBackground === true,
  /** The file of its program, if that is a binary. */
  binary: string(record.binary) ?? "",
  ready: record.ready === true,
  /** The app's id, and the directory of new conversations; empty in the record of an older bridge. */
  app: string(record.app) ?? "",
  cwd: string(record.cwd) ?? "",
  /** Whether it is connected to Feishu, since when, and why not. */
  up: record.up === true,
  since: number(record.since) ?? 0,
  why: string(record.why) ?? "",
  /** Why messages of groups wait; empty if they do not, and in the record of an older bridge. */
  groupsWait: string(record.groupsWait) ?? "",
  /** How many messages wait to be delivered. */
  undelivered: number(record.undelivered) ?? 0,
  /** Why nothing can be saved or read at the moment. */
  trouble: parseTrouble(record.trouble),
  /** The month's calls to Feishu; not in the record of an older bridge. */
  calls: parseCalls(record.calls),
  /** The opencode in use, and why it cannot be reached; empty in the record of an older bridge. */
  opencode: string(record.opencode) ?? "",
  opencodeWhy: string(record.opencodeWhy) ?? "",
  /** What it sends that is not known here. */
  opencodeNews: string(record.opencodeNews) ?? "",
  /** Whether a pairing code lets people in. */
  pairing: record.pairing === true,
  /** Everyone who was let in by a pairing code, in the order of pairing. */
  paired: list(record.paired, parsePaired),
  /** The name of its machine, if several share the bot. */
  machine: string(record.machine) ?? "",
}));
/** What a running bridge writes about itself into `bridge.json` in the state directory. */
export type BridgeRecord = Parsed<typeof parseRecord>;

/** How often the record is brought up to date, in milliseconds. */
const UPDATE_MS = 5_000;
/** The same until the bridge is ready, while `start` may wait for it. */
const STARTING_UPDATE_MS = 500;

/** The bridge that runs with a state directory. A record that a crashed bridge left behind is ignored. */
export async function findBridge(stateDir: string): Promise<BridgeRecord | undefined> {
  const record = parseRecord(await readJson(recordFile(stateDir)));
  // No process has an empty start time: then there was no way to know it.
  if (record === undefined || record.startTime === "") return undefined;
  return await startTime(record.pid) === record.startTime ? record : undefined;
}

/** The bridge of this process. */
export interface RunningBridge {
  /** Resolves when it is ready; rejects if it cannot start. */
  readonly ready: Promise<void>;
  health(): Promise<Health>;
}

/** Keeps the record of this process up to date until it is disposed of, which deletes the record. */
export function keepRecord(
  stateDir: string,
  app: RunningBridge,
): AsyncDisposable {
  const ended = new AbortController();
  const { signal } = ended;
  const file = recordFile(stateDir);
  let ready = false;
  let written = "";
  const identity = ownIdentity(stateDir);
  app.ready.then(() => ready = true, () => {});
  const update = async (ready: boolean): Promise<void> => {
    const text = JSON.stringify({ ...await identity, ready, ...await app.health() });
    if (text === written || signal.aborted) return;
    await replaceFile(file, text);
    written = text;
  };
  const loop = (async () => {
    while (!signal.aborted) {
      // Decided before the update: if the bridge becomes ready meanwhile, the next update follows soon.
      const waitMs = ready ? UPDATE_MS : STARTING_UPDATE_MS;
      // A full disk or a locked store may be all right at the next update.
      await update(ready).catch(() => {});
      await pause(waitMs, signal);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await loop;
      if ((await findBridge(stateDir))?.pid === Deno.pid) await Deno.remove(file);
    },
  };
}

/** The fields of the record that do not change while the process runs. */
async function ownIdentity(stateDir: string) {
  const startedAt = Date.now();
  const service = ownService();
  return {
    pid: Deno.pid,
    startTime: await startTime(Deno.pid) ?? "",
    startedAt,
    version: VERSION,
    service: service !== undefined,
    stopCommand: service === undefined ? "" : stopCommands(serviceName(stateDir))[service],
    isBackground: isBackground(),
    binary: Deno.build.standalone ? await Deno.realPath(Deno.execPath()) : "",
  };
}

function recordFile(stateDir: string): string {
  return join(stateDir, "bridge.json");
}

/** The variable by which `start` tells the bridge that it runs in the background. */
export const BACKGROUND_VARIABLE = "STARTED_IN_BACKGROUND";

let background: boolean | undefined;

/** Whether `start` has started this process. Programs that it starts do not learn that. */
export function isBackground(): boolean {
  background ??= Deno.env.get(BACKGROUND_VARIABLE) === "1";
  Deno.env.delete(BACKGROUND_VARIABLE);
  return background;
}

/** Whether a service manager started this process, or the `deno task` that runs it. */
export function isService(): boolean {
  return ownService() !== undefined;
}

/** Whether a service manager of this user started this process, which this user can have restart it. */
export function isUserService(): boolean {
  const service = ownService();
  return service === "user" || service === "launchd";
}

/**
 * Which service manager started this process, or the `deno task` that runs it. Source of the variables:
 * systemd.exec(5), launchd.plist(5). Only a user's manager names its own process.
 */
function ownService(): keyof ReturnType<typeof stopCommands> | undefined {
  if (Deno.env.get("XPC_SERVICE_NAME")?.startsWith(NAME)) return "launchd";
  const started = Number(Deno.env.get("SYSTEMD_EXEC_PID"));
  if (![process.pid, process.ppid].includes(started)) return undefined;
  return Deno.env.get("MANAGERPID") ? "user" : "system";
}

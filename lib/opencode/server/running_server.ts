import { delay } from "@std/async";
import { basename, join } from "@std/path";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { need, number, parser, string } from "../../base/json.ts";
import { readJson } from "../../base/read_json.ts";
import { replaceFile } from "../../base/replace_file.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { endMarked, hasMark, isAlive, isMark, isPid, signal, startTime } from "./process.ts";

/** A server that was started by this bridge or by one before it. */
export interface RunningServer extends Endpoint {
  readonly password: string;
  /** The guard's process id, which is its process group's too. */
  readonly pid: number;
  /** When the guard was started; see {@linkcode startTime}. */
  readonly startTime: string;
  /** A UUID in the environment of the guard and of all below it; see {@linkcode endMarked}. */
  readonly mark: string;
  /** The file that tells the guard that somebody needs the server. */
  readonly lease: string;
}

/** The file in the state directory that describes the server. */
const RECORD = "opencode.json";

/** The value when it is as we write it. */
const when = <T>(value: T | undefined, isOurs: (value: T) => boolean): T | undefined =>
  value !== undefined && isOurs(value) ? value : undefined;

// Signals and prompts go where a record says, so a damaged one is not believed.
const parseRunning = parser((record): RunningServer => ({
  url: need(when(string(record.url), (url) => /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url))),
  password: need(when(string(record.password), isMark)),
  pid: need(when(number(record.pid), (pid) => isPid(pid) && pid !== Deno.pid)),
  startTime: need(when(string(record.startTime), (time) => time !== "")),
  // Version 1 of this program left the password in the environment, and had no other mark.
  mark: need(when(string(record.mark === undefined ? record.password : record.mark), isMark)),
  startedAt: number(record.startedAt) ?? 0,
  lease: need(when(string(record.lease), (lease) => /^lease-\d+$/.test(basename(lease)))),
}));

/** Writes down a server, so that the next bridge finds it after a crash. */
export async function writeRecord(stateDir: string, server: RunningServer): Promise<void> {
  knownSecrets.add("opencode password", server.password);
  await replaceFile(join(stateDir, RECORD), JSON.stringify(server));
}

/** The server that was written down last, if there is one. */
export async function readRecord(stateDir: string): Promise<RunningServer | undefined> {
  const server = parseRunning(await readJson(join(stateDir, RECORD)));
  knownSecrets.add("opencode password", server?.password ?? "");
  return server && { ...server, lease: join(stateDir, basename(server.lease)) };
}

/** Forgets the server that was written down. */
export async function removeRecord(stateDir: string): Promise<void> {
  await Deno.remove(join(stateDir, RECORD)).catch(() => {});
}

/**
 * Whether a server's guard still runs. A process with its id may be another one by now, after a reboot even
 * one with its start time.
 */
export async function isRunning(
  { pid, startTime: began, mark }: RunningServer,
): Promise<boolean> {
  return await startTime(pid) === began && await hasMark(pid, mark) !== false;
}

/** Asks a guard to end its server, and kills everything that is not gone after 3.5 s. */
export async function endServer(
  { pid, mark }: Pick<RunningServer, "pid" | "mark">,
): Promise<void> {
  signal(pid, "SIGTERM");
  const deadline = performance.now() + 3_500;
  while (isAlive(pid) && performance.now() < deadline) await delay(20);
  signal(-pid, "SIGKILL");
  await endMarked(mark);
}

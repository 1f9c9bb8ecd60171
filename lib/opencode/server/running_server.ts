import { delay } from "@std/async";
import { join } from "@std/path";
import { knownSecrets } from "../../base/known_secrets.ts";
import { need, number, parseJson, parser, string } from "../../base/json.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { endMarked, isAlive, signal, startTime } from "./process.ts";

/** A server that was started by this bridge or by one before it. */
export interface RunningServer extends Endpoint {
  readonly password: string;
  /** The guard's process id, which is its process group's too. */
  readonly pid: number;
  /** When the guard was started; see {@linkcode startTime}. */
  readonly startTime: string;
  /** The file that tells the guard that somebody needs the server. */
  readonly lease: string;
  /** Empty until it is known. */
  readonly version: string;
}

/** The file in the state directory that describes the server. */
const RECORD = "opencode.json";

const parseRunning = parser((record): RunningServer => ({
  url: need(string(record.url)),
  password: need(string(record.password)),
  pid: need(number(record.pid)),
  startTime: need(string(record.startTime)),
  lease: need(string(record.lease)),
  version: string(record.version) ?? "",
}));

/** Writes down a server, so that the next bridge finds it after a crash. */
export async function writeRecord(stateDir: string, server: RunningServer): Promise<void> {
  knownSecrets.add("opencode password", server.password);
  await Deno.writeTextFile(join(stateDir, RECORD), JSON.stringify(server), { mode: 0o600 });
}

/** The server that was written down last, if there is one. */
export async function readRecord(stateDir: string): Promise<RunningServer | undefined> {
  const text = await Deno.readTextFile(join(stateDir, RECORD)).catch(() => "");
  const server = parseRunning(parseJson(text));
  knownSecrets.add("opencode password", server?.password ?? "");
  return server;
}

/** Forgets the server that was written down. */
export async function removeRecord(stateDir: string): Promise<void> {
  await Deno.remove(join(stateDir, RECORD)).catch(() => {});
}

/** Whether a server's guard still runs. A process with its id may be another one by now. */
export async function isRunning({ pid, startTime: began }: RunningServer): Promise<boolean> {
  return await startTime(pid) === began;
}

/** Asks a guard to end its server, and kills everything that is not gone after 3.5 s. */
export async function endServer(
  { pid, password }: Pick<RunningServer, "pid" | "password">,
): Promise<void> {
  signal(pid, "SIGTERM");
  const deadline = performance.now() + 3_500;
  while (isAlive(pid) && performance.now() < deadline) await delay(20);
  signal(-pid, "SIGKILL");
  await endMarked(password);
}

import { abortable, delay } from "@std/async";
import { join } from "@std/path";
import { describe } from "../../base/errors.ts";
import { need, number, type Parsed, parseJson, parser, string } from "../../base/json.ts";
import type { Log } from "../../base/log.ts";
import { patiently } from "../v1/client.ts";
import { GUARD } from "./guard.ts";
import { endMarked, findCommand, freePort, isAlive, signal, startTime } from "./process.ts";
import { lastLines, patientHealth, ready, unusable } from "./readiness.ts";
import type { Endpoint } from "../v1/request.ts";

/** What an {@linkcode OpencodeServer} needs. */
export interface ServerOptions {
  /** Name or path of the opencode binary. */
  readonly command: string;
  /** The directory in which the server is started. */
  readonly cwd: string;
  /** Where lease, log and the record of the running server are kept. */
  readonly stateDir: string;
  readonly log: Log;
  /** Milliseconds that a server left by a crash may take to answer; 25 s unless given. */
  readonly takeoverMs?: number;
  /** Variables for the server on top of our own cleaned ones. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server that was started, by us or by a bridge before us. */
type Running = Parsed<typeof parseRunning>;

const parseRunning = parser((record) => ({
  url: need(string(record.url)),
  password: need(string(record.password)),
  /** The guard's process id, which is the process group's too. */
  pid: need(number(record.pid)),
  /** See {@linkcode startTime}. */
  startTime: need(string(record.startTime)),
  /** The file by which the guard knows that somebody needs the server. */
  lease: need(string(record.lease)),
  version: string(record.version) ?? "",
}));

/** The file with the {@linkcode Running} server. */
const RECORD = "opencode.json";
/** Seconds of the guard's rounds, twelve of which without a renewed lease end the server. */
const GUARD_ROUND_S = 5;
/** Milliseconds between two renewals of the lease. */
const RENEW_MS = 5_000;
/** Milliseconds that a server left by a crash may take to answer: its machine may have much to do. */
const TAKEOVER_MS = 25_000;
/** Milliseconds after which a server that does not answer hangs. */
const CHECK_MS = 5_000;
/**
 * What a start may fail of that soon passes: another one takes the port, or holds opencode's database; or
 * it was killed (codes above 128), for want of memory perhaps.
 */
const PASSING = /ServeError|EADDRINUSE|in use|database is locked|with code 1[34]\d/;
/** Milliseconds between two failed starts at the most. */
const MAX_BACKOFF_MS = 30_000;
/** Our own secrets and settings stay with us: the agent's tools inherit the server's environment. */
const PRIVATE = /^(FEISHU_|BRIDGE_|LARK_)/;

/** `opencode serve` as a child that is started when needed, watched, and ended with us. */
export class OpencodeServer {
  readonly #options: ServerOptions;
  #running: Running | undefined;
  #starting: Promise<Running> | undefined;
  #failures = 0;
  #lease: ReturnType<typeof setInterval> | undefined;
  readonly #stopping = new AbortController();
  /** Resolves when the last server that we started is gone, with its tools. */
  #exited: Promise<unknown> = Promise.resolve();
  #checking = false;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** The version of the running server, if one runs. */
  get version(): string | undefined {
    return this.#running?.version;
  }

  /**
   * A server that answers: the running one, or a new one. Callers share one start.
   *
   * @throws {UsageError} When opencode is missing, too old, or does not come up; the message tells why.
   */
  async endpoint(signal: AbortSignal): Promise<Endpoint> {
    signal.throwIfAborted();
    if (this.#running !== undefined && isAlive(this.#running.pid)) return this.#running;
    if (this.#stopping.signal.aborted) throw unusable("opencode was stopped");
    this.#running = undefined;
    this.#starting ??= this.#start().finally(() => this.#starting = undefined);
    return await abortable(this.#starting, signal);
  }

  /**
   * Looks whether the server still answers, and ends it if it does not: it hangs. The next call of
   * {@linkcode OpencodeServer.endpoint} starts another.
   */
  async check(): Promise<void> {
    const running = this.#running;
    if (running === undefined || this.#checking) return;
    this.#checking = true;
    const isThere = () => this.#running === running;
    const { signal: stopping } = this.#stopping;
    try {
      await patientHealth(running, { isThere, timeoutMs: CHECK_MS, stopping });
    } catch {
      if (!isThere() || stopping.aborted) return;
      this.#options.log.error("opencode does not answer any more: it is ended and started again");
      this.#running = undefined;
      await end(running);
    } finally {
      this.#checking = false;
    }
  }

  /** Ends the server with all that it started; resolves when it is gone, within 4 seconds. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#starting?.catch(() => {});
    clearInterval(this.#lease);
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    await end(running);
    await this.#exited;
    await Deno.remove(this.#file(RECORD)).catch(() => {});
  }

  async #start(): Promise<Running> {
    if (this.#failures > 0) {
      const waitMs = Math.min(500 * 2 ** this.#failures, MAX_BACKOFF_MS);
      await delay(waitMs, { signal: this.#stopping.signal });
    }
    try {
      const running = await this.#adopt() ?? await patiently(() => this.#spawn(), {
        maxAttempts: 5,
        minTimeout: 500,
        jitter: 0.3,
        isRetriable: (error) => PASSING.test(String(error)),
        signal: this.#stopping.signal,
      });
      this.#failures = 0;
      this.#running = running;
      return running;
    } catch (error) {
      this.#failures++;
      throw error;
    }
  }

  /** Takes over the server of a bridge that crashed, when it is healthy; ends it otherwise. */
  async #adopt(): Promise<Running | undefined> {
    const { log, takeoverMs = TAKEOVER_MS } = this.#options;
    const left = await readRecord(this.#options.stateDir);
    if (left === undefined) return undefined;
    if (!await isRunning(left)) {
      await endMarked(left.password);
      return undefined;
    }
    this.#renew(left.lease);
    const isThere = () => isRunning(left);
    const { signal: stopping } = this.#stopping;
    try {
      const version = await patientHealth(left, { isThere, timeoutMs: takeoverMs, stopping });
      log.info(`opencode of an earlier run taken over on ${new URL(left.url).host} (${version})`);
      return { ...left, version };
    } catch (error) {
      const which = `the opencode server of an earlier run (pid ${left.pid})`;
      log.warn(`ending ${which}: ${describe(error)}`);
      await end(left);
      stopping.throwIfAborted();
      return undefined;
    }
  }

  async #spawn(): Promise<Running> {
    const { command, cwd, log, env } = this.#options;
    const path = await findCommand(command);
    if (path === undefined) {
      throw unusable(
        `Cannot find ${command}: install opencode (npm install -g opencode-ai), or set OPENCODE_CMD to its path`,
      );
    }
    const inherited = Deno.env.toObject();
    const noProxy = inherited.NO_PROXY ?? inherited.no_proxy;
    const port = freePort();
    const password = crypto.randomUUID();
    const logFile = this.#file("opencode.log");
    // Each server has a lease of its own, so that none lives on somebody else's.
    const lease = this.#file(`lease-${port}`);
    for (const file of [lease, `${lease}.mark`, logFile]) {
      await Deno.writeTextFile(file, "", { mode: 0o600 });
    }
    log.info(`starting opencode: opencode serve --hostname 127.0.0.1 --port ${port}`);
    const child = new Deno.Command("sh", {
      args: [
        ...["-c", GUARD, "opencode-guard"],
        ...[lease, `${lease}.mark`, logFile, String(GUARD_ROUND_S)],
        ...[path, "serve", "--hostname", "127.0.0.1", "--port", String(port)],
      ],
      cwd,
      clearEnv: true,
      env: {
        ...Object.fromEntries(Object.entries(inherited).filter(([name]) => !PRIVATE.test(name))),
        ...env,
        NO_PROXY: [noProxy, "127.0.0.1", "localhost"].filter((host) => host).join(","),
        OPENCODE_SERVER_PASSWORD: password,
      },
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    const exited = child.status.then(async ({ code }) => {
      // A guard that was killed leaves the server behind, in the same process group, and a server that
      // was killed its tools.
      signal(-child.pid, "SIGKILL");
      await endMarked(password);
      if (this.#running?.pid === child.pid && !this.#stopping.signal.aborted) {
        this.#running = undefined;
        log.error(`opencode ended with code ${code}: ${await lastLines(logFile)}`);
      }
      return code;
    });
    this.#exited = exited;
    this.#renew(lease);
    const running: Running = {
      url: `http://127.0.0.1:${port}`,
      password,
      pid: child.pid,
      startTime: await startTime(child.pid) ?? "",
      lease,
      version: "",
    };
    try {
      // Before it is ready: whoever comes after a crash must find it.
      const record = JSON.stringify(running);
      await Deno.writeTextFile(this.#file(RECORD), record, { mode: 0o600 });
      const version = await ready(running, logFile, exited, this.#stopping.signal);
      log.info(`opencode ready on 127.0.0.1:${port} (${version})`);
      return { ...running, version };
    } catch (error) {
      await end(running);
      await exited;
      throw error;
    }
  }

  #renew(lease: string): void {
    clearInterval(this.#lease);
    touch(lease);
    this.#lease = setInterval(() => touch(lease), RENEW_MS);
  }

  #file(name: string): string {
    return join(this.#options.stateDir, name);
  }
}

/**
 * Ends the server that a bridge left behind in this state directory, with all that it started.
 *
 * @returns Whether there was one.
 */
export async function endLeftServer(stateDir: string): Promise<boolean> {
  const left = await readRecord(stateDir);
  if (left === undefined) return false;
  const runs = await isRunning(left);
  if (runs) await end(left);
  else await endMarked(left.password);
  await Deno.remove(join(stateDir, RECORD)).catch(() => {});
  return runs;
}

async function readRecord(stateDir: string): Promise<Running | undefined> {
  return parseRunning(parseJson(await Deno.readTextFile(join(stateDir, RECORD)).catch(() => "")));
}

/** Whether a guard still runs: the same id may be another process by now; what it started may live on. */
async function isRunning({ pid, startTime: began }: Running): Promise<boolean> {
  return await startTime(pid) === began;
}

/** Renews a lease. Setting the time works on a full disk too, where writing does not. */
async function touch(lease: string): Promise<void> {
  const now = new Date();
  await Deno.utime(lease, now, now).catch(() => {});
}

/** Asks a guard to end its server, and ends everything when it does not come to an end. */
async function end({ pid, password }: Pick<Running, "pid" | "password">): Promise<void> {
  signal(pid, "SIGTERM");
  const deadline = performance.now() + 3_500;
  while (isAlive(pid) && performance.now() < deadline) await delay(20);
  signal(-pid, "SIGKILL");
  await endMarked(password);
}

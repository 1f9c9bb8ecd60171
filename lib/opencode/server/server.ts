import { abortable, delay } from "@std/async";
import { join } from "@std/path";
import { describe, UsageError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { DEFAULT_USER } from "../http/authorization.ts";
import { withRetries } from "../../base/waiting/with_retries.ts";
import { commandGeneration } from "./command_generation.ts";
import { KnownCommands } from "./known_commands.ts";
import { PASSWORD_HIDDEN } from "./hide_password.ts";
import { needOpencode } from "./need_opencode.ts";
import { endMarked, freePort, isAlive, newMark, signal, startTime } from "./process.ts";
import { lastLines, ready, waitForHealth } from "./readiness.ts";
import {
  endServer,
  isRunning,
  readRecord,
  removeRecord,
  type RunningServer,
  writeRecord,
} from "./running_server.ts";
import { describeVersion, type Generation, type ServerVersion } from "./server_version.ts";
import { spawnGuard } from "./spawn_guard.ts";
import { Starts } from "./starts.ts";

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

/** Seconds of the guard's rounds, twelve of which without a renewed lease end the server. */
const GUARD_ROUND_S = 5;
/** Milliseconds between two renewals of the lease. */
const RENEW_MS = 5_000;
/** Milliseconds that a server left by a crash may take to answer on a busy machine. */
const TAKEOVER_MS = 25_000;
/** Milliseconds after which a server that does not answer counts as hanging. */
const CHECK_MS = 5_000;
/**
 * Failures of a start that soon pass: another process takes the port or holds opencode's database, or the
 * server was killed (codes above 128), perhaps for want of memory.
 */
const PASSING = /ServeError|EADDRINUSE|in use|database is locked|with code 1[34]\d/;

/** A server that answered. */
type ReadyServer = RunningServer & ServerVersion;

/** `opencode serve` as a child that is started when needed, watched, and ended with us. */
export class OpencodeServer {
  readonly #options: ServerOptions;
  #running: ReadyServer | undefined;
  /** The process of the server in use, also once it is gone; `undefined` if we end it, because it hangs. */
  #usedPid: number | undefined;
  #starting: Promise<ReadyServer> | undefined;
  readonly #starts = new Starts();
  #lease: ReturnType<typeof setInterval> | undefined;
  readonly #stopping = new AbortController();
  /** Resolves when the last server that we started is gone, with its tools. */
  #exited: Promise<unknown> = Promise.resolve();
  #checking = false;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** What the running server is, if one runs. */
  get running(): ServerVersion | undefined {
    return this.#running;
  }

  /**
   * A server that answers: the running one, or a new one. Callers share one start.
   *
   * @throws {UsageError} When opencode is missing, cannot be used, or does not come up; the message tells why.
   */
  async endpoint(signal: AbortSignal): Promise<ReadyServer> {
    signal.throwIfAborted();
    if (this.#running !== undefined && isAlive(this.#running.pid)) return this.#running;
    if (this.#stopping.signal.aborted) throw new UsageError("opencode was stopped");
    this.#running = undefined;
    this.#starting ??= this.#start().finally(() => this.#starting = undefined);
    return await abortable(this.#starting, signal);
  }

  /**
   * Checks whether the server still answers, and ends it if it hangs. The next call of
   * {@linkcode OpencodeServer.endpoint} starts another.
   */
  async check(): Promise<void> {
    const running = this.#running;
    if (running === undefined || this.#checking) return;
    this.#checking = true;
    const isThere = () => this.#running === running;
    const { signal: stopping } = this.#stopping;
    try {
      await waitForHealth(running, { isThere, timeoutMs: CHECK_MS, stopping });
    } catch {
      if (!isThere() || stopping.aborted) return;
      this.#options.log.error("opencode does not answer any more: it is ended and started again");
      this.#running = this.#usedPid = undefined;
      await endServer(running);
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
    await endServer(running);
    await this.#exited;
    await removeRecord(this.#options.stateDir);
  }

  async #start(): Promise<ReadyServer> {
    const { signal } = this.#stopping;
    const waitMs = this.#starts.waitMs();
    if (waitMs > 0) await delay(waitMs, { signal });
    try {
      const running = await this.#adopt() ?? await withRetries(() => this.#spawn(), {
        maxAttempts: 5,
        minTimeout: 500,
        jitter: 0.3,
        isRetriable: (error) => PASSING.test(String(error)),
        signal,
      });
      this.#running = running;
      this.#usedPid = running.pid;
      this.#starts.ready();
      return running;
    } catch (error) {
      this.#starts.failed();
      throw error;
    }
  }

  /** Takes over the server of a bridge that crashed when it is healthy; ends it otherwise. */
  async #adopt(): Promise<ReadyServer | undefined> {
    const { log, stateDir, takeoverMs = TAKEOVER_MS } = this.#options;
    const left = await readRecord(stateDir);
    if (left === undefined) return undefined;
    if (!await isRunning(left)) {
      await endMarked(left.mark);
      return undefined;
    }
    this.#renew(left.lease);
    const isThere = () => isRunning(left);
    const { signal: stopping } = this.#stopping;
    try {
      const found = await waitForHealth(left, { isThere, timeoutMs: takeoverMs, stopping });
      const { host } = new URL(left.url);
      log.info(`opencode of an earlier run taken over on ${host} (${describeVersion(found)})`);
      return { ...left, ...found };
    } catch (error) {
      const which = `the opencode server of an earlier run (pid ${left.pid})`;
      log.warn(`ending ${which}: ${describe(error)}`);
      await endServer(left);
      stopping.throwIfAborted();
      return undefined;
    }
  }

  /** Starts a server on the database of its generation. */
  async #spawn(): Promise<ReadyServer> {
    const { command, stateDir, log } = this.#options;
    const path = await needOpencode(command);
    const commands = new KnownCommands(stateDir);
    let generation = await commands.generation(path) ??
      await commandGeneration(path, this.#stopping.signal);
    for (;;) {
      const server = await this.#serve(path, this.#environment(generation));
      await commands.learn(path, server.generation);
      if ((generation === 2) === (server.generation === 2)) return server;
      generation = server.generation;
      log.info(
        `opencode is of another generation than it seemed, V${generation}: starting it again`,
      );
      await endServer(server);
      await this.#exited;
    }
  }

  /** Starts a server, and waits until it can be used. */
  async #serve(path: string, env: Readonly<Record<string, string>>): Promise<ReadyServer> {
    const { stateDir, log } = this.#options;
    const port = freePort();
    const password = crypto.randomUUID();
    const mark = newMark();
    const logFile = join(stateDir, "opencode.log");
    // Each server has a lease of its own: one shared with a later server would keep it alive.
    const lease = join(stateDir, `lease-${port}`);
    const files = [lease, `${lease}.mark`, logFile];
    for (const file of files) await Deno.writeTextFile(file, "", { mode: 0o600 });
    log.info(`starting opencode: opencode serve --hostname 127.0.0.1 --port ${port}`);
    const serve = [path, "serve", "--hostname", "127.0.0.1", "--port", String(port)];
    const { child, begin } = await spawnGuard({
      args: [...files, String(GUARD_ROUND_S), ...serve],
      password,
      mark,
      ...this.#options,
      env,
    });
    const exited = this.#watch(child, mark, logFile);
    this.#exited = exited;
    this.#renew(lease);
    const running: RunningServer = {
      url: `http://127.0.0.1:${port}`,
      password,
      pid: child.pid,
      startTime: await startTime(child.pid) ?? "",
      mark,
      lease,
      startedAt: Date.now(),
    };
    try {
      // Before the server starts: a bridge that starts after a crash must find it.
      await writeRecord(stateDir, running);
      await begin();
      const started = { endpoint: running, logFile, exited };
      const found = await ready(started, this.#stopping.signal);
      log.info(`opencode ready on 127.0.0.1:${port} (${describeVersion(found)})`);
      await this.#checkHidden(logFile);
      return { ...running, ...found, isNew: true };
    } catch (error) {
      await endServer(running);
      await exited;
      throw error;
    }
  }

  /** The variables for a server of ours. */
  #environment(generation: Generation | undefined): Record<string, string> {
    const { stateDir, env } = this.#options;
    return {
      // 2.x turns the database of 1.x into its own, and its background service takes up whatever a server on
      // the same database works at, as if that one were dead (source of 2.0.26). 1.x shares its sessions.
      ...(generation === 2 ? { OPENCODE_DB: join(stateDir, "opencode.db") } : {}),
      ...env,
      // 1.x obeys it, so a user's own would lock us out.
      OPENCODE_SERVER_USERNAME: DEFAULT_USER,
    };
  }

  /** Cleans up when a guard has ended; resolves with its exit code. */
  async #watch(child: Deno.ChildProcess, mark: string, logFile: string): Promise<number> {
    const { code } = await child.status;
    // Whoever needs a server may start the next one from now on.
    const wasUsed = this.#usedPid === child.pid && !this.#stopping.signal.aborted;
    const last = wasUsed ? await lastLines(logFile) : "";
    // A guard that was killed leaves the server behind, in the same process group, and a server that
    // was killed leaves its tools.
    signal(-child.pid, "SIGKILL");
    await endMarked(mark)
      .catch((error) => this.#options.log.warn(`cannot end opencode's tools: ${describe(error)}`));
    if (this.#running?.pid === child.pid) this.#running = undefined;
    if (wasUsed) this.#options.log.error(`opencode ended with code ${code}: ${last}`);
    return code;
  }

  /** Warns if the server's tools inherit its password. */
  async #checkHidden(logFile: string): Promise<void> {
    if ((await Deno.readTextFile(logFile)).includes(PASSWORD_HIDDEN)) return;
    this.#options.log.warn(
      "this opencode leaves its password in the environment of the agent's tools: " +
        "one that looks for it can approve what the agent asks",
    );
  }

  #renew(lease: string): void {
    clearInterval(this.#lease);
    touch(lease);
    this.#lease = setInterval(() => touch(lease), RENEW_MS);
  }
}

/** Renews a lease. Setting the time works on a full disk too, where writing does not. */
async function touch(lease: string): Promise<void> {
  const now = new Date();
  await Deno.utime(lease, now, now).catch(() => {});
}

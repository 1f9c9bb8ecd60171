import { deadline } from "@std/async";
import { UsageError } from "../base/errors.ts";
import { isUndelivered } from "../model/ledger.ts";
import { signal } from "../opencode/server/process.ts";
import { isRunning, readRecord } from "../opencode/server/running_server.ts";
import { openStore } from "../store/open_store.ts";
import type { Store } from "../store/store.ts";
import type { ControlName, ProcessControls, ProcessStatus } from "./page/process_controls.ts";

/** How long a clean stop may take (ms). The bridge promises 5 seconds. */
const STOP_MS = 8_000;

/**
 * Runs the program in the background and ends it when standard input ends, which it does however suddenly
 * this process dies.
 */
const RUN_WHILE_STDIN = `exec 3<&0
(cat <&3; kill -TERM $$) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-`;

/** How to run the bridge of a demo. */
export interface DemoBridgeOptions {
  /** The program with its arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stateDir: string;
  /** Where its standard output goes. */
  readonly output: { readonly writable: WritableStream<Uint8Array> };
  /** See {@linkcode ProcessControls.playground}. */
  readonly playground?: () => Promise<string>;
}

/** The bridge of a demo. It is a process of its own, so that it can be killed and started again. */
export class DemoBridge implements ProcessControls, AsyncDisposable {
  readonly playground?: () => Promise<string>;
  readonly #options: DemoBridgeOptions;
  #child: Deno.ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #store: Store | undefined;

  constructor(options: DemoBridgeOptions) {
    this.#options = options;
    if (options.playground !== undefined) this.playground = options.playground;
  }

  /** Starts the process if it does not run. */
  start(): void {
    if (this.#child !== undefined) return;
    const { command, env, output } = this.#options;
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", RUN_WHILE_STDIN, "bridge", ...command],
      env,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#child = child;
    const copied = child.stdout.pipeTo(output.writable, { preventClose: true }).catch(() => {});
    this.#ended = Promise.all([child.status, copied]).then(async () => {
      if (this.#child === child) this.#child = undefined;
      await child.stdin.close().catch(() => {});
    });
  }

  /** Rejects when the process ends. Its output says why it ended. */
  async failed(): Promise<never> {
    await this.#ended;
    throw new UsageError("the bridge of the demo has ended");
  }

  /** Ends the process cleanly, or by force when that takes too long. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store?.[Symbol.asyncDispose]();
    this.#store = undefined;
    if (this.#child) signal(this.#child.pid, "SIGTERM");
    await deadline(this.#ended, STOP_MS).catch(() => this.#kill());
  }

  async run(name: ControlName): Promise<void> {
    switch (name) {
      case "killBridge":
        return await this.#kill();
      case "startBridge":
        return this.start();
      case "killOpencode": {
        const pid = await this.#opencode();
        // The server and its guard are one process group.
        if (pid !== undefined) signal(-pid, "SIGKILL");
      }
    }
  }

  async status(): Promise<ProcessStatus> {
    return {
      bridge: this.#child === undefined ? "down" : "running",
      opencode: await this.#opencode() === undefined ? "down" : "running",
      waiting: await this.#waiting().catch(() => []),
    };
  }

  async #kill(): Promise<void> {
    if (this.#child) signal(this.#child.pid, "SIGKILL");
    await this.#ended;
  }

  /** The process id of the opencode server, if it is alive. */
  async #opencode(): Promise<number | undefined> {
    const server = await readRecord(this.#options.stateDir);
    return server && await isRunning(server) ? server.pid : undefined;
  }

  async #waiting(): Promise<ProcessStatus["waiting"]> {
    this.#store ??= (await openStore(this.#options.stateDir)).store;
    const rows = await this.#store.rows();
    return rows.filter(isUndelivered).map(({ view, lastError = "" }) => ({
      what: (view.title ?? view.text ?? view.error ?? view.file ?? view.status).slice(0, 80),
      why: lastError.slice(0, 160),
    }));
  }
}

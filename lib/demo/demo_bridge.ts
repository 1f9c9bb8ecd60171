import { deadline } from "@std/async";
import { join } from "@std/path";
import { UsageError } from "../base/errors.ts";
import { object, parseJson } from "../base/json.ts";
import { isAlive, signal } from "../opencode/server/process.ts";
import { openStore } from "../store/open_store.ts";
import type { Store } from "../store/store.ts";
import type { ControlName, Controls, Look } from "./page/controls.ts";

/** How long a clean stop may take, in milliseconds; the bridge promises 5 seconds. */
const STOP_MS = 8_000;

/**
 * Starts the program behind it. The end of our standard input, which is also our own end, however
 * sudden, ends it as well.
 */
const WITH_US = `exec 3<&0
(cat <&3; kill -TERM $$) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-`;

interface DemoBridgeOptions {
  /** The program with its arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stateDir: string;
  /** Where its log goes. */
  readonly output: { readonly writable: WritableStream<Uint8Array> };
}

/** The bridge of `demo`: a process of its own, so that it can be killed and started again. */
export class DemoBridge implements Controls {
  playground?: () => Promise<string>;
  readonly #options: DemoBridgeOptions;
  #child: Deno.ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #store: Store | undefined;

  constructor(options: DemoBridgeOptions) {
    this.#options = options;
  }

  /** Starts it, if it does not run. */
  start(): void {
    if (this.#child !== undefined) return;
    const { command, env, output } = this.#options;
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", WITH_US, "bridge", ...command],
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

  /** Rejects when the bridge ends; it has said why. */
  async failed(): Promise<never> {
    await this.#ended;
    throw new UsageError("the bridge of the demo has ended");
  }

  /** Ends it cleanly; by force when that takes too long. */
  async stop(): Promise<void> {
    await this.#store?.[Symbol.asyncDispose]();
    this.#store = undefined;
    if (this.#child) signal(this.#child.pid, "SIGTERM");
    await deadline(this.#ended, STOP_MS).catch(() => this.#kill());
  }

  async act(name: ControlName): Promise<void> {
    switch (name) {
      case "killBridge":
        return await this.#kill();
      case "startBridge":
        return this.start();
      case "killOpencode": {
        const pid = await this.#opencode();
        // The server and its guard are a group of processes.
        if (pid !== undefined) signal(-pid, "SIGKILL");
      }
    }
  }

  async look(): Promise<Look> {
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

  /** The process id of the opencode server, if it lives. */
  async #opencode(): Promise<number | undefined> {
    const file = join(this.#options.stateDir, "opencode.json");
    const { pid } = object(parseJson(await Deno.readTextFile(file).catch(() => "")));
    if (typeof pid !== "number" || pid <= 1) return undefined;
    return isAlive(pid) ? pid : undefined;
  }

  async #waiting(): Promise<Look["waiting"]> {
    this.#store ??= (await openStore(this.#options.stateDir)).store;
    const rows = await this.#store.rows();
    return rows.filter((row) => !row.shown).map(({ view, lastError = "" }) => ({
      what: (view.title ?? view.text ?? view.error ?? view.file ?? view.status).slice(0, 80),
      why: lastError.slice(0, 160),
    }));
  }
}

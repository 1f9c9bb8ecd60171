/** Machines as processes that share one bot and one KV, each with an opencode of its own that goes on without it. */
import { deadline, delay } from "@std/async";
import { fromFileUrl, join } from "@std/path";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { type FakeOpencode, spawnFakeOpencode } from "../bench/fake_opencode.ts";
import { type KvProcess, startKvProcess } from "../kv_server/start_kv_process.ts";
import { tempDir } from "../helpers.ts";

/** Times in which a test ends. */
const TIMES = {
  ...{ beatMs: 500, silentMs: 4_000, awayMs: 6_000, leaseMs: 4_500 },
  ...{ claimMs: 1_500, orderMs: 200, lookMs: 3_000 },
};

/** A machine, which may be dead. */
export class MachineProcess {
  readonly name: string;
  readonly opencode: FakeOpencode;
  /** Its own way to the KV. */
  readonly kvUrl: string;
  readonly lines: string[] = [];
  readonly #args: string[];
  #child: Deno.ChildProcess | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(name: string, opencode: FakeOpencode, kvUrl: string, settings: object) {
    this.name = name;
    this.opencode = opencode;
    this.kvUrl = kvUrl;
    const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
    const main = fromFileUrl(new URL("machine_main.ts", import.meta.url));
    const flags = ["-A", "--no-lock", "--no-check", `--config=${config}`, "--unstable-kv"];
    this.#args = ["run", ...flags, main, JSON.stringify(settings)];
  }

  /** Starts it; resolves when it is connected. */
  async start(): Promise<void> {
    const from = this.lines.length;
    const child = new Deno.Command(Deno.execPath(), {
      args: this.#args,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#child = child;
    const read = async () => {
      let rest = "";
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop() ?? "";
        this.lines.push(...parts);
      }
    };
    this.#reading = read();
    const end = performance.now() + 60_000;
    while (!this.lines.slice(from).some((line) => line.includes("bridge ready"))) {
      if (performance.now() > end) {
        throw new Error(`not ready:\n${this.lines.slice(from).join("\n")}`);
      }
      await delay(50);
    }
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    try {
      child?.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await child?.status;
    await this.#reading;
  }
}

/** The bot, its KV, and its machines. */
export class MachinesProcesses implements AsyncDisposable {
  readonly twin: Twin;
  readonly kv: KvProcess;
  readonly machines: readonly MachineProcess[];
  readonly #dir: AsyncDisposable;

  private constructor(
    twin: Twin,
    kv: KvProcess,
    machines: readonly MachineProcess[],
    dir: AsyncDisposable,
  ) {
    this.twin = twin;
    this.kv = kv;
    this.machines = machines;
    this.#dir = dir;
  }

  /** Starts machines of these names. */
  static async create(names: readonly string[]): Promise<MachinesProcesses> {
    const dir = await tempDir();
    // What is not acknowledged comes again soon.
    const twin = await startTwin({ ladderMs: [2_000, 4_000, 8_000, 16_000, 32_000] });
    const kv = await startKvProcess(join(dir.path, "kv.sqlite"), names.length);
    const machines: MachineProcess[] = [];
    for (const [i, name] of names.entries()) {
      const opencode = await spawnFakeOpencode();
      const cwd = join(dir.path, name);
      await Deno.mkdir(cwd);
      const url = kv.urls[i % kv.urls.length] ?? "";
      const variables = {
        ...{ FEISHU_APP_ID: twin.app.id, FEISHU_APP_SECRET: twin.app.secret },
        ...{ FEISHU_DOMAIN: twin.url, FEISHU_ALLOWED_USERS: "*", OPENCODE_URL: opencode.url },
        ...{ BRIDGE_STATE_DIR: join(dir.path, `state-${name}`), OPENCODE_CWD: cwd },
        ...{ BRIDGE_LANG: "en", BRIDGE_STREAM: "patch", BRIDGE_MACHINE: name },
        ...{ BRIDGE_KV: url, DENO_KV_ACCESS_TOKEN: kv.token },
      };
      machines.push(new MachineProcess(name, opencode, url, { cwd, variables, times: TIMES }));
    }
    await Promise.all(machines.map((machine) => machine.start()));
    return new MachinesProcesses(twin, kv, machines, dir);
  }

  /** How often each prompt reached an opencode, and which, by its text. */
  async runs(): Promise<Map<string, string[]>> {
    const runs = new Map<string, string[]>();
    for (const { name, opencode } of this.machines) {
      for (const text of await opencode.prompts()) {
        // What was said before in a group may stand in front.
        const key = text.split("\n").at(-1) ?? "";
        runs.set(key, [...runs.get(key) ?? [], name]);
      }
    }
    return runs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const machine of this.machines) await machine.kill();
    await this.twin.close();
    await this.kv[Symbol.asyncDispose]();
    for (const { opencode } of this.machines) {
      await deadline(Promise.resolve(opencode[Symbol.asyncDispose]()), 5_000).catch(() => {});
    }
    await this.#dir[Symbol.asyncDispose]();
  }
}

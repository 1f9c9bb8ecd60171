/** Bridges that share one bot and one KV, in this process, each with an opencode of its own. */
import { join } from "@std/path";
import type { MachineTimes } from "../../../lib/bridge/machines/machine_times.ts";
import { parseConfig } from "../../../lib/config.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { startApp } from "../../../lib/start_app.ts";
import { startFakeOpencode } from "../../bench/fake_opencode.ts";
import { memoryLog, tempDir } from "../../helpers.ts";
import { KvDatabase } from "../../kv_server/kv_database.ts";
import { KvServer } from "../../kv_server/kv_server.ts";

/** A machine that runs. */
export interface TestMachine {
  readonly name: string;
  readonly log: ReturnType<typeof memoryLog>;
  /** The texts of the prompts that its opencode got. */
  readonly prompts: readonly string[];
  /** What it is served by, for faults of its way to the KV. */
  readonly kv: KvServer;
  stop(): Promise<void>;
}

/** Times in which a test ends. */
export const QUICK: Partial<MachineTimes> = {
  beatMs: 150,
  silentMs: 2_000,
  awayMs: 2_500,
  leaseMs: 1_500,
  claimMs: 800,
  orderMs: 60,
  lookMs: 500,
};

/** The bot, its KV, and the machines that were started. */
export class MachinesWorld implements AsyncDisposable {
  readonly twin: Twin;
  readonly #kv = new KvDatabase();
  readonly #dir: Awaited<ReturnType<typeof tempDir>>;
  readonly #opencodes = new Map<string, ReturnType<typeof startFakeOpencode>>();
  readonly #running = new Set<TestMachine>();

  private constructor(twin: Twin, dir: Awaited<ReturnType<typeof tempDir>>) {
    this.twin = twin;
    this.#dir = dir;
  }

  static async create(): Promise<MachinesWorld> {
    return new MachinesWorld(await startTwin(), await tempDir());
  }

  /** Starts a machine, or starts it again with the same state directory. */
  async start(
    name: string,
    { times = QUICK, preferred = "", home = name }: {
      times?: Partial<MachineTimes>;
      preferred?: string;
      home?: string;
    } = {},
  ): Promise<TestMachine> {
    const { twin } = this;
    const opencode = this.#opencodes.get(name) ?? startFakeOpencode();
    this.#opencodes.set(name, opencode);
    const cwd = join(this.#dir.path, `work-${name}`);
    await Deno.mkdir(cwd, { recursive: true });
    // A way of its own to the same values.
    const kv = new KvServer({ database: this.#kv });
    const { config } = parseConfig({
      ...{ FEISHU_APP_ID: twin.app.id, FEISHU_APP_SECRET: twin.app.secret },
      ...{ FEISHU_DOMAIN: twin.url, FEISHU_ALLOWED_USERS: "*", OPENCODE_URL: opencode.url },
      ...{ BRIDGE_STATE_DIR: join(this.#dir.path, home), OPENCODE_CWD: cwd, BRIDGE_LANG: "en" },
      ...{ BRIDGE_EDIT_THROTTLE_S: "0.2", BRIDGE_STREAM: "patch" },
      ...{ BRIDGE_KV: kv.url, DENO_KV_ACCESS_TOKEN: kv.token, BRIDGE_MACHINE: name },
      ...{ BRIDGE_MACHINE_DEFAULT: preferred },
    }, { cwd, home: this.#dir.path });
    const log = memoryLog();
    const options = { config, log, version: "0.0.0", machineTimes: times };
    const app = await startApp(options).catch(async (error) => {
      await kv[Symbol.asyncDispose]();
      throw error;
    });
    await app.ready;
    const machine: TestMachine = {
      ...{ name, log, kv, prompts: opencode.prompts },
      stop: async () => {
        if (!this.#running.delete(machine)) return;
        kv.faults.requests = "answer";
        await app.stop();
        await kv[Symbol.asyncDispose]();
      },
    };
    this.#running.add(machine);
    return machine;
  }

  /** What the files of messages hold on a machine. */
  async files(name: string): Promise<string[]> {
    const found: string[] = [];
    const root = join(this.#dir.path, name, "files");
    for await (const { name: message } of Deno.readDir(root)) {
      for await (const file of Deno.readDir(join(root, message))) {
        if (file.name.startsWith(".")) continue;
        found.push(await Deno.readTextFile(join(root, message, file.name)));
      }
    }
    return found;
  }

  /** Waits until one of the bot's messages shows this; resolves with its id. */
  async sees(pattern: RegExp, chat?: string): Promise<string> {
    const { twin } = this;
    const find = () => twin.botMessages(chat).find((one) => pattern.test(twin.plain(one)))?.id;
    return await twin.until(find, { timeoutMs: 10_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map((machine) => machine.stop()));
    await Promise.all([...this.#opencodes.values()].map((opencode) => opencode.close()));
    this.#kv[Symbol.dispose]();
    await this.twin.close();
    await this.#dir[Symbol.asyncDispose]();
  }
}

import { deadline, delay } from "@std/async";
import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { wallNow } from "../../lib/base/time/clock.ts";
import type { TwinChat } from "../../lib/demo/feishu_twin/chats.ts";
import type { TwinOptions } from "../../lib/demo/feishu_twin/twin_options.ts";
import { World } from "../whole/harness.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
/** The binary that is measured beside the sources, when it was built. */
export const BINARY = Deno.env.get("BRIDGE_BINARY") ??
  join(ROOT, "dist", "feishu-opencode-bridge");
/** Milliseconds that a start, and a stop, may take here. */
const PATIENCE_MS = 60_000;

/** What is started: the sources, the sources with a probe inside, or the binary. */
export type Program = "source" | "probed" | "binary";

/** What people run: the binary when it was built, the sources otherwise. */
export async function shipped(): Promise<"binary" | "source"> {
  return await Deno.stat(BINARY).then(() => "binary", () => "source");
}

/** The program as a process. */
export interface Measured {
  readonly pid: number;
  /** When it was started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** What it has logged so far. */
  readonly lines: readonly string[];
  /** Resolves when a line of its log is like this. */
  line(pattern: RegExp): Promise<void>;
  stop(): Promise<void>;
}

/** The twin, a directory to work in, and what is measured there. */
export class BenchWorld implements AsyncDisposable {
  readonly #world: World;
  readonly #running: Measured[] = [];

  private constructor(world: World) {
    this.#world = world;
  }

  static async create(options: TwinOptions = {}): Promise<BenchWorld> {
    return new BenchWorld(await World.create(options));
  }

  get dir(): string {
    return this.#world.dir;
  }

  get twin(): World["twin"] {
    return this.#world.twin;
  }

  get stateDir(): string {
    return this.#world.stateDir;
  }

  get model(): World["model"] {
    return this.#world.model;
  }

  /** Adds people who may use the bot, each with a direct chat. */
  people(count: number): { readonly openId: string; readonly chat: TwinChat }[] {
    return Array.from({ length: count }, (_, index) => {
      const { openId } = this.twin.addUser(`user ${index}`);
      return { openId, chat: this.twin.directChat(openId) };
    });
  }

  /** Starts the program without waiting for anything; with the defaults of all settings but what is given. */
  spawn(program: Program, env: Readonly<Record<string, string | undefined>> = {}): Measured {
    const { dir, project } = this.#world;
    const main = program === "probed" ? "tests/bench/probed_main.ts" : "main.ts";
    const sources = [
      ...["run", `--lock=${join(dir, "deno.lock")}`, `--config=${join(ROOT, "deno.json")}`],
      ...[...RUN_FLAGS, join(ROOT, main)],
    ];
    const startedAt = wallNow();
    const child = new Deno.Command(program === "binary" ? BINARY : Deno.execPath(), {
      args: program === "binary" ? [] : sources,
      cwd: project,
      clearEnv: true,
      env: this.#world.env({
        BRIDGE_EDIT_THROTTLE_S: undefined,
        FEISHU_ALLOWED_USERS: this.twin.users().map(({ openId }) => openId).join(","),
        ...env,
      }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const measured = follow(child, startedAt);
    this.#running.push(measured);
    return measured;
  }

  /** Starts the program and waits until it is ready. */
  async start(
    program: Program,
    env: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Measured> {
    const measured = this.spawn(program, env);
    await measured.line(/bridge ready, waiting for Feishu messages/);
    return measured;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running) await running.stop();
    await this.#world[Symbol.asyncDispose]();
  }
}

function follow(child: Deno.ChildProcess, startedAt: number): Measured {
  const lines: string[] = [];
  let over = false;
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    let rest = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
    }
  };
  const ended = Promise.all([child.status, read(child.stdout), read(child.stderr)])
    .finally(() => over = true);
  return {
    pid: child.pid,
    startedAt,
    lines,
    line: async (pattern) => {
      const until = performance.now() + PATIENCE_MS;
      while (!lines.some((line) => pattern.test(line))) {
        if (over || performance.now() > until) {
          throw new Error(`no line like ${pattern}:\n${lines.slice(-20).join("\n")}`);
        }
        await delay(5);
      }
    },
    stop: async () => {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended.
      }
      await deadline(ended, PATIENCE_MS);
    },
  };
}

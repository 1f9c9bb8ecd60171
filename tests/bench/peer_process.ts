import { deadline, delay } from "@std/async";
import { isAlive } from "../../lib/opencode/server/process.ts";

/** An agent, which is not counted to the bridge that started it. */
const AGENT = /opencode\S* (?:serve|acp)\b| --acp\b/;

/** A bridge as a process with all that it started; none of them outlives `stop`. */
export class PeerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<unknown>;
  readonly #beside: AsyncDisposable | undefined;
  #words = "";

  /** @param beside What is only there for this process, and goes with it. */
  constructor(command: string, options: Deno.CommandOptions, beside?: AsyncDisposable) {
    this.#beside = beside;
    this.#child = new Deno.Command(command, {
      ...options,
      ...{ clearEnv: true, stdin: "null", stdout: "piped", stderr: "piped" },
    }).spawn();
    this.#output = Promise.all([this.#child.stdout, this.#child.stderr].map(async (stream) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        this.#words = (this.#words + text).slice(-2_000);
      }
    }));
  }

  /** The end of what it said. */
  get lastWords(): string {
    return this.#words;
  }

  /** Megabytes in memory, without agents and what they started. */
  async memoryMb(): Promise<number> {
    const own = await tree(this.#child.pid, (command) => !AGENT.test(command));
    const held = await Promise.all(own.map(pages));
    // What its processes share is about the same in each, as they run the same program.
    const shared = Math.max(0, ...held.map((of) => of.shared));
    return (held.reduce((sum, of) => sum + of.own, shared)) * 1024 / 1e6;
  }

  /** Ends it as a service manager would, and by force what is left after that. */
  async stop(): Promise<void> {
    const all = await tree(this.#child.pid);
    signal(this.#child.pid, "SIGTERM");
    await deadline(this.#child.status, 20_000).catch(() => {});
    for (let tries = 0; tries < 100 && all.some(isAlive); tries++) await delay(50);
    for (const pid of all) signal(pid, "SIGKILL");
    // Something of it that nobody knows may hold the pipes; it ends with the sealed place.
    await deadline(this.#output, 10_000).catch(() => {});
    await this.#beside?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** A process and its descendants, as far as `take` takes their command lines. */
async function tree(root: number, take = (_command: string) => true): Promise<number[]> {
  const children = new Map<number, number[]>();
  for await (const { name } of Deno.readDir("/proc")) {
    const parent = /^PPid:\s+(\d+)/m.exec(await read(`/proc/${name}/status`))?.[1];
    children.set(Number(parent), [...children.get(Number(parent)) ?? [], Number(name)]);
  }
  const found: number[] = [];
  for (const open = [root]; open.length > 0;) {
    const pid = open.pop() ?? root;
    const command = (await read(`/proc/${pid}/cmdline`)).replaceAll("\0", " ");
    if (command === "" || !take(command)) continue;
    found.push(pid);
    open.push(...children.get(pid) ?? []);
  }
  return found;
}

/** The KiB in memory that only one process has, and those that it shares with others. */
async function pages(pid: number): Promise<{ readonly own: number; readonly shared: number }> {
  const map = await read(`/proc/${pid}/smaps_rollup`);
  const sum = (kind: string) =>
    [...map.matchAll(new RegExp(`^${kind}_(?:Clean|Dirty):\\s+(\\d+) kB`, "gm"))]
      .reduce((total, [, kib]) => total + Number(kib), 0);
  return { own: sum("Private"), shared: sum("Shared") };
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}

function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch {
    // It has ended.
  }
}

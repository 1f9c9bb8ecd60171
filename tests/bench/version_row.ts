import { delay } from "@std/async";
import { join } from "@std/path";
import { bareRuntime } from "./bare_runtime.ts";
import { BINARY } from "./bench_world.ts";
import { atMost, round, type Row, unmeasured } from "./figure.ts";
import { processUsage } from "./process_usage.ts";

const TIMES = 15;
const BUDGET = 1.3;
const WHAT = "--version, against the bare runtime";

/** What a command costs that does nothing: `--version` beside a program of one line. */
export const versionRow: Row = {
  name: "version",
  seconds: 5,
  measure: async () => {
    await using bare = await bareRuntime();
    if (bare === undefined) {
      return [unmeasured(WHAT, `≤ ${BUDGET} ×`, "not built: deno task build")];
    }
    const usages = { ours: [] as Used[], bare: [] as Used[] };
    // By turns, and the least of each: what else runs here is in all others.
    for (let i = 0; i < TIMES; i++) {
      usages.ours.push(await run(BINARY, ["--version"]));
      usages.bare.push(await run(bare.prints, []));
    }
    const least = (all: readonly Used[], name: keyof Used) =>
      Math.min(...all.map((used) => used[name]));
    return ([["CPU time", "cpuMs", "ms"], ["memory", "rssMb", "MB"]] as const).map(
      ([what, name, unit]) => {
        const [ours, theirs] = [least(usages.ours, name), least(usages.bare, name)];
        const how =
          `the least of ${TIMES}: ${round(ours)} ${unit} against ${round(theirs)} ${unit} ` +
          "of a program of one line with the same runtime, flags and size";
        const figure = atMost(`${WHAT} (${what})`, how, ours / theirs, "×", BUDGET);
        return { ...figure, numbers: { ratio: ours / theirs, ours, bare: theirs } };
      },
    );
  },
};

/** What a process has used when it prints its line. */
interface Used {
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** How many bytes a pipe holds. */
const PIPE_BYTES = 65_536;
/** How many times in a row, and milliseconds apart, a process is seen asleep that waits for the pipe. */
const LOOKS = 4;
const LOOK_MS = 10;

/**
 * Runs a program until it prints, and looks then what it has used: nothing is known of a process that has ended. It
 * prints into a pipe that is full, so it stops there.
 */
async function run(program: string, args: readonly string[]): Promise<Used> {
  const dir = await Deno.makeTempDir();
  const fifo = join(dir, "fifo");
  await new Deno.Command("mkfifo", { args: [fifo] }).output();
  using pipe = await Deno.open(fifo, { read: true, write: true });
  await pipe.write(new Uint8Array(PIPE_BYTES));
  const child = new Deno.Command("sh", {
    args: ["-c", 'exec "$0" "$@" > "$FIFO"', program, ...args],
    env: { FIFO: fifo },
  }).spawn();
  let used = await processUsage(child.pid);
  for (let asleep = 0; asleep < LOOKS;) {
    const before = used.cpuMs;
    await delay(LOOK_MS);
    used = await processUsage(child.pid);
    asleep = used.cpuMs === before && await isAsleep(child.pid) ? asleep + 1 : 0;
  }
  for (let left = PIPE_BYTES; left > 0;) left -= await pipe.read(new Uint8Array(left)) ?? left;
  await child.status;
  await Deno.remove(dir, { recursive: true });
  return used;
}

/** Whether a process waits for something but a processor. */
async function isAsleep(pid: number): Promise<boolean> {
  return /\) S /.test(await Deno.readTextFile(`/proc/${pid}/stat`));
}

import { delay } from "@std/async";
import { fromFileUrl } from "@std/path";
import { BenchWorld, type Program, shipped } from "./bench_world.ts";
import { crowd } from "./crowd.ts";
import { spawnFakeOpencode } from "./fake_opencode.ts";
import { atMost, type Figure, round, type Row } from "./figure.ts";
import { processUsage } from "./process_usage.ts";

const PEOPLE = 200;
const IDLE_MS = 10_000;
const SPAN_MS = 10_000;
/** How many conversations are opened one after the other, and what may be left of them, in megabytes. */
const RESTING = 2_000;
const RESTING_MB = 2;

/** How much memory the program takes: at rest, at its busiest, and for what it has met. */
export const memoryRow: Row = {
  name: "memory",
  seconds: 60,
  measure: async ({ say }) => {
    const program = await shipped();
    const rss = `RSS of the ${program}`;
    say("at rest");
    const idle = await idleMemory(program);
    say(`${PEOPLE} conversations stream`);
    const busy = await busyMemory(program);
    say(`${RESTING} conversations rest`);
    const resting = await restingMemory();
    return [
      atMost("memory, idle", `${rss} after 10 s; the real opencode beside it`, idle, "MB", 110),
      atMost(
        `memory, ${PEOPLE} conversations streaming at once`,
        `the most ${rss}, 20 tokens/s each; opencode replaced`,
        busy,
        "MB",
        160,
      ),
      resting,
    ];
  },
};

async function idleMemory(program: Program): Promise<number> {
  await using world = await BenchWorld.create();
  const { pid } = await world.start(program);
  await delay(IDLE_MS);
  return (await processUsage(pid)).rssMb;
}

async function busyMemory(program: Program): Promise<number> {
  await using world = await BenchWorld.create();
  await using opencode = await spawnFakeOpencode();
  const { pid } = await crowd(world, opencode, { people: PEOPLE, spanMs: SPAN_MS, program });
  let most = 0;
  for (const until = performance.now() + SPAN_MS; performance.now() < until; await delay(500)) {
    most = Math.max(most, (await processUsage(pid)).rssMb);
  }
  return most;
}

async function restingMemory(): Promise<Figure> {
  const main = fromFileUrl(new URL("resting_main.ts", import.meta.url));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", main, String(RESTING)],
  }).output();
  const bytes: { open: number; rested: number } = JSON.parse(new TextDecoder().decode(stdout));
  const [openMb, restedMb] = [bytes.open / 1e6, bytes.rested / 1e6];
  return {
    what: `memory, left of ${RESTING} conversations that rest`,
    budget: `≤ ${RESTING_MB} MB`,
    measured: `${round(restedMb)} MB; ${round(openMb)} MB while they are open`,
    kept: restedMb <= RESTING_MB,
    how: "what is added to the heap, after a collection of garbage; nothing was asked of the agent",
    numbers: { conversations: RESTING, openMb, restedMb },
  };
}

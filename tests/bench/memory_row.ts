import { delay } from "@std/async";
import { BenchWorld, type Program, shipped } from "./bench_world.ts";
import { crowd } from "./crowd.ts";
import { spawnFakeOpencode } from "./fake_opencode.ts";
import { atMost, type Row } from "./figure.ts";
import { processUsage } from "./process_usage.ts";

const PEOPLE = 200;
const IDLE_MS = 10_000;
const SPAN_MS = 10_000;

/** How much memory the program takes: at rest, and at its busiest. */
export const memoryRow: Row = {
  name: "memory",
  seconds: 50,
  measure: async ({ say }) => {
    const program = await shipped();
    const rss = `RSS of the ${program}`;
    say("at rest");
    const idle = await idleMemory(program);
    say(`${PEOPLE} conversations stream`);
    const busy = await busyMemory(program);
    return [
      atMost("memory, idle", `${rss} after 10 s; the real opencode beside it`, idle, "MB", 110),
      atMost(
        `memory, ${PEOPLE} conversations streaming at once`,
        `the most ${rss}, 20 tokens/s each; opencode replaced`,
        busy,
        "MB",
        160,
      ),
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

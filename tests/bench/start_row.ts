import { bareRuntime } from "./bare_runtime.ts";
import { BenchWorld, type Program, shipped } from "./bench_world.ts";
import { atMost, type Figure, round, type Row, unmeasured } from "./figure.ts";
import { type Filling, fillStore } from "./fill_store.ts";
import { quantiles } from "./quantiles.ts";
import { spawnFakeOpencode } from "./fake_opencode.ts";
import { type Start, startOnce, type Step, STEPS } from "./start_once.ts";

const TIMES = 7;
const BUDGET_MS = 500;
/** What a bridge of a large company remembers. */
const FILLING = { conversations: 10_000, messages: 100_000 };
const WHAT = "process start → long connection up";

/** How long the program takes until Feishu can reach it, and what of. */
export const startRow: Row = {
  name: "start",
  seconds: 90,
  measure: async ({ say }) => {
    const figures: Figure[] = [];
    for (const program of ["source", "binary"] as const) {
      const what = `${WHAT} (${program})`;
      if (program === "binary" && await shipped() === "source") {
        figures.push(
          unmeasured(what, `≤ ${BUDGET_MS} ms`, `not built: deno task build`),
        );
        continue;
      }
      say(`starting the ${program} ${TIMES} times`);
      figures.push(...await starts(program, program));
    }
    say("starting the bare runtime");
    figures.push(await againstBare());
    const program = await shipped();
    const { conversations, messages } = FILLING;
    say(`filling the state of the ${program}`);
    const what = `${program}, with ${conversations} conversations and ${messages} ids`;
    figures.push(...await starts(what, program, FILLING));
    return figures;
  },
};

/** The start beside that of the runtime alone, by turns: the least of each, as other work makes all others longer. */
async function againstBare(): Promise<Figure> {
  const what = `${WHAT} (binary), against the bare runtime`;
  await using bare = await bareRuntime();
  if (bare === undefined) return unmeasured(what, "", "not built: deno task build");
  await using world = await BenchWorld.create();
  await using opencode = await spawnFakeOpencode();
  const all: { ours: number; bare: number }[] = [];
  for (let i = 0; i <= 2 * TIMES; i++) {
    const { steps } = await startOnce(world, "binary", { OPENCODE_URL: opencode.url });
    const one = { ours: steps.up, bare: await bare.connect() };
    if (i > 0) all.push(one);
  }
  const ours = Math.min(...all.map(({ ours }) => ours));
  const least = Math.min(...all.map(({ bare }) => bare));
  const how =
    `the least of ${all.length}: ${round(ours)} ms against ${
      round(least)
    } ms of a program of one line ` +
    "with the same runtime, flags and size, which opens a KV and connects a WebSocket at once; ours asks for a " +
    "token and an address before";
  const figure = atMost(what, how, ours / least, "×");
  return { ...figure, numbers: { ratio: ours / least, oursMs: ours, bareMs: least } };
}

/** @param filling What is in the state before the first start. */
async function starts(what: string, program: Program, filling?: Filling): Promise<Figure[]> {
  await using world = await BenchWorld.create();
  if (filling !== undefined) await fillStore(world.stateDir, filling);
  await using opencode = await spawnFakeOpencode();
  const all: Start[] = [];
  // The first start fills caches: Deno's of our code, the system's of files.
  for (let i = 0; i <= TIMES; i++) {
    const start = await startOnce(world, program, { OPENCODE_URL: opencode.url });
    if (i > 0) all.push(start);
  }
  const median = (step: Step) => quantiles(all.map(({ steps }) => steps[step])).p50;
  const names = Object.keys(STEPS).filter((name): name is Step => name in STEPS);
  const parts = names.map((step) => `${round(median(step))} ${STEPS[step]}`);
  const up = quantiles(all.map(({ steps }) => steps.up));
  const budget = program === "binary" ? BUDGET_MS : undefined;
  const how = `median of ${up.n}, the worst ${round(up.max)}; ms until: ${parts.join(", ")}`;
  const figure = atMost(`${WHAT} (${what})`, how, up.p50, "ms", budget);
  const numbers = Object.fromEntries(names.map((step) => [`${step}Ms`, median(step)]));
  return [{ ...figure, numbers: { ...numbers, maxMs: up.max } }];
}

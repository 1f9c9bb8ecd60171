import { delay } from "@std/async";
import { BenchWorld } from "./bench_world.ts";
import { spawnFakeOpencode } from "./fake_opencode.ts";
import { type Figure, round, type Row } from "./figure.ts";
import { processUsage } from "./process_usage.ts";

/** What a turn may cost per event at its end, as a multiple of its beginning. */
const MOST_RATIO = 1.5;
const SAMPLE_MS = 250;

/** Whether an event costs the same however long the turn is. */
export const eventsRow: Row = {
  name: "events",
  seconds: 65,
  measure: async ({ say }) => {
    say("a turn with 1 000 tool calls");
    const tools = await growth("1 000 tool calls", "tools 1000 15", 8_000);
    say("a turn with an answer of 1 MB");
    const answer = await growth("an answer of 1 MB", "chunks 20000 50 1", 20_000);
    return [tools, answer];
  },
};

/** @param events About how many of them the turn has. */
async function growth(what: string, prompt: string, events: number): Promise<Figure> {
  await using world = await BenchWorld.create();
  await using opencode = await spawnFakeOpencode();
  const { twin } = world;
  const [warm, measured] = world.people(2);
  const running = await world.start("source", {
    OPENCODE_URL: opencode.url,
    BRIDGE_STREAM: "patch",
  });
  // Code is compiled in the first turns.
  twin.say({ text: "tools 100 10", ...person(warm) });
  await delay(2_500);
  twin.say({ text: "chunks 2000 50 1", ...person(warm) });
  await delay(5_000);
  const samples: { events: number; cpuMs: number }[] = [];
  const base = await opencode.events();
  twin.say({ text: prompt, ...person(measured) });
  for (let last = -1, now = 0; now > last || now < events / 10;) {
    await delay(SAMPLE_MS);
    const { cpuMs } = await processUsage(running.pid);
    last = now;
    now = await opencode.events() - base;
    samples.push({ events: now, cpuMs });
  }
  const total = samples.at(-1)?.events ?? 0;
  /** Microseconds on a processor for each event between two shares of the turn. */
  const cost = (from: number, to: number) => {
    const part = samples.filter(({ events }) => events >= from * total && events <= to * total);
    const [first, last] = [part[0], part.at(-1)];
    if (first === undefined || last === undefined) throw new RangeError("The turn was too short");
    return 1000 * (last.cpuMs - first.cpuMs) / (last.events - first.events);
  };
  // Not to its very end, where the whole answer is sent.
  const [start, end] = [cost(0.05, 0.3), cost(0.7, 0.95)];
  return {
    what: `work per event: a turn with ${what}`,
    budget: `end ≤ ${MOST_RATIO} × beginning`,
    measured: `${round(end / start)} ×: ${round(start)} µs, then ${round(end)} µs`,
    kept: end / start <= MOST_RATIO,
    how: `CPU of the process from 5 to 30 % and from 70 to 95 % of ${total} events, ` +
      `live edits included; opencode replaced`,
    numbers: { events: total, startUs: start, endUs: end },
  };
}

function person(person: { readonly openId: string } | undefined): { user: string } {
  return { user: person?.openId ?? "" };
}

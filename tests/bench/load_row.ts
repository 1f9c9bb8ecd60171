import { delay } from "@std/async";
import { wallNow } from "../../lib/base/time/clock.ts";
import type { RequestRecord } from "../../lib/demo/feishu_twin/records.ts";
import { BenchWorld, type Measured } from "./bench_world.ts";
import { crowd, TOKEN_MS } from "./crowd.ts";
import { type FakeOpencode, spawnFakeOpencode } from "./fake_opencode.ts";
import { type Figure, latency, round, type Row } from "./figure.ts";
import { type CallsAt, rateFigures, type Rates, ratesOf } from "./load_rates.ts";
import { processUsage } from "./process_usage.ts";
import { type Quantiles, quantiles } from "./quantiles.ts";
import { readStamps } from "./stamp.ts";
import { type Shown, type StreamLag, streamLag } from "./stream_lag.ts";

/** How many conversations stream at once, with which throttle, and for how long all of them are measured. */
interface Scene {
  readonly people: number;
  readonly throttleMs: number;
  readonly spanMs: number;
}

/**
 * Feishu takes 16.7 edits a second in the long run, so 50 messages cannot be edited every 1.5 s. With a throttle that
 * the limit carries, nothing but the program itself delays an edit.
 */
const SCENES: readonly Scene[] = [
  { people: 1, throttleMs: 1_500, spanMs: 12_000 },
  { people: 10, throttleMs: 1_500, spanMs: 12_000 },
  { people: 50, throttleMs: 4_500, spanMs: 24_000 },
];
/** The limit's turn: more than it takes, for longer than its minute. */
const TOO_MANY: Scene = { people: 200, throttleMs: 1_500, spanMs: 64_000 };
/** The burst at the beginning is over after so many milliseconds. */
const STEADY_MS = 30_000;

/** What became of one crowd. */
interface Load extends StreamLag {
  readonly loopLag: Quantiles;
  readonly eventsPerSecond: number;
  readonly cpuPerEventUs: number;
  readonly rssMb: number;
  readonly rates: Rates;
  /** Milliseconds between two edits of a message, once the pace is steady. */
  readonly gaps: readonly number[];
}

/** What the probe inside the program tells. */
interface Probe {
  readonly lagsMs: readonly number[];
  readonly callsAt: CallsAt;
}

/** Many conversations at once: how late, how much work, and how many calls. */
export const loadRow: Row = {
  name: "load",
  seconds: 165,
  measure: async ({ say }) => {
    const figures: Figure[] = [];
    const rates: Rates[] = [];
    const tokens = `${1000 / TOKEN_MS} tokens/s each`;
    for (const scene of SCENES) {
      const { people, throttleMs } = scene;
      say(`${people} conversations stream`);
      const load = await stream(scene);
      rates.push(load.rates);
      const how = `${tokens}, throttle ${throttleMs / 1000} s; opencode replaced`;
      const what = `model token → request, beyond the throttle, ${people} at once`;
      const budget = people === 50 ? { p99: 50 } : {};
      figures.push(latency(what, how, quantiles(load.late), budget), work(people, load));
    }
    const { people } = TOO_MANY;
    say(`${people} conversations stream, more than Feishu takes`);
    const load = await stream(TOO_MANY);
    rates.push(load.rates);
    const gaps = quantiles(load.gaps);
    const line =
      `${tokens}; Feishu takes fewer edits than they want, so they take turns; opencode replaced`;
    return [
      ...figures,
      latency(`an edit is behind the model, ${people} at once`, line, quantiles(load.stale)),
      {
        what: `from an edit of a message to its next, ${people} at once`,
        budget: "",
        measured: `p50 ${round(gaps.p50 / 1000)} s, the longest ${round(gaps.max / 1000)} s`,
        how: `${line}; after ${STEADY_MS / 1000} s, when the burst at the beginning is over`,
        numbers: { n: gaps.n, p50Ms: gaps.p50, p99Ms: gaps.p99, maxMs: gaps.max },
      },
      work(people, load),
      ...rateFigures(rates),
    ];
  },
};

function work(people: number, load: Load): Figure {
  return {
    what: `load of ${people} at once`,
    budget: "",
    measured: `event loop late by p99 ${round(load.loopLag.p99)} ms, ` +
      `${round(load.cpuPerEventUs)} µs CPU an event, ${round(load.rssMb)} MB`,
    how: `${round(load.eventsPerSecond)} events/s; a timer every 10 ms inside the process`,
    numbers: {
      loopLagP50Ms: load.loopLag.p50,
      loopLagP99Ms: load.loopLag.p99,
      loopLagMaxMs: load.loopLag.max,
      cpuPerEventUs: load.cpuPerEventUs,
      eventsPerSecond: load.eventsPerSecond,
      rssMb: load.rssMb,
    },
  };
}

async function stream({ people, throttleMs, spanMs }: Scene): Promise<Load> {
  await using world = await BenchWorld.create();
  await using opencode = await spawnFakeOpencode();
  const { twin } = world;
  const env = { BRIDGE_EDIT_THROTTLE_S: String(throttleMs / 1000) };
  const running = await crowd(world, opencode, { people, spanMs, program: "probed", env });
  const measured = await during(running, opencode, spanMs);
  const { from, to } = measured;
  const { written, shown } = streams(twin.requests);
  const isMeasured = ({ at }: Shown) => at >= from - throttleMs && at <= to;
  const lags = [...shown].map(([session, requests]) =>
    streamLag(requests.filter(isMeasured), written.get(session) ?? [], throttleMs)
  );
  const told = probes(running);
  return {
    ...measured,
    visible: lags.flatMap(({ visible }) => visible),
    late: lags.flatMap(({ late }) => late),
    stale: lags.flatMap(({ stale }) => stale),
    gaps: [...shown.values()].flatMap((requests) => {
      const steady = requests.filter(({ at }) => at >= from + STEADY_MS && at <= to);
      return steady.slice(1).map(({ at }, i) => at - (steady[i]?.at ?? at));
    }),
    rates: ratesOf(told.map(({ callsAt }) => callsAt), twin.requests),
  };
}

/** By session: what each request shows, and when its tokens were written. */
function streams(requests: readonly RequestRecord[]) {
  const written = new Map<string, number[]>();
  const shown = new Map<string, Shown[]>();
  for (const { at, body } of requests) {
    for (const [session, times] of readStamps(JSON.stringify(body) ?? "")) {
      shown.set(session, [...shown.get(session) ?? [], { at, tokens: times }]);
      const last = written.get(session)?.at(-1) ?? 0;
      const fresh = times.filter((time) => time > last);
      written.set(session, [...written.get(session) ?? [], ...fresh]);
    }
  }
  return { written, shown };
}

/** What the process does while everybody streams. */
async function during(running: Measured, opencode: FakeOpencode, spanMs: number) {
  const from = wallNow();
  const known = probes(running).length;
  const before = { ...await processUsage(running.pid), events: await opencode.events() };
  let rssMb = before.rssMb;
  while (wallNow() < from + spanMs) {
    await delay(1_000);
    rssMb = Math.max(rssMb, (await processUsage(running.pid)).rssMb);
  }
  const after = { ...await processUsage(running.pid), events: await opencode.events() };
  const to = wallNow();
  const events = after.events - before.events;
  return {
    from,
    to,
    rssMb,
    loopLag: quantiles(probes(running).slice(known).flatMap(({ lagsMs }) => lagsMs)),
    eventsPerSecond: 1000 * events / (to - from),
    cpuPerEventUs: 1000 * (after.cpuMs - before.cpuMs) / events,
  };
}

function probes({ lines }: Measured): Probe[] {
  return lines.filter((line) => line.startsWith("probe "))
    .map((line): Probe => JSON.parse(line.slice("probe ".length)));
}

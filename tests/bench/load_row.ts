import { delay } from "@std/async";
import type { RequestRecord } from "../../lib/demo/feishu_twin/records.ts";
import { wallNow } from "../../lib/base/clock.ts";
import { object, string } from "../../lib/base/json.ts";
import { BenchWorld, type Measured } from "./bench_world.ts";
import { busiest } from "./busiest.ts";
import { crowd, TOKEN_MS } from "./crowd.ts";
import { type FakeOpencode, spawnFakeOpencode } from "./fake_opencode.ts";
import { atMost, type Figure, latency, round, type Row } from "./figure.ts";
import { processUsage } from "./process_usage.ts";
import { type Quantiles, quantiles } from "./quantiles.ts";
import { readStamps } from "./stamp.ts";
import { type Shown, streamLag } from "./stream_lag.ts";

/** How many conversations stream at once. */
const CROWDS = [1, 10, 50, 200];
/** Milliseconds for which all of them are measured. */
const SPAN_MS = 12_000;
const THROTTLE_MS = 1_500;
/** How many calls a second the bridge may make. */
const PER_APP = 50;
const PER_TARGET = 5;

/** What became of one crowd. */
interface Load {
  readonly late: Quantiles;
  readonly loopLag: Quantiles;
  readonly eventsPerSecond: number;
  readonly cpuPerEventUs: number;
  readonly rssMb: number;
  readonly rates: Rates;
}

interface Rates {
  readonly inAll: number;
  readonly perChat: number;
  readonly perMessage: number;
  /** Calls that the twin refused because there were too many. */
  readonly refused: number;
}

/** What the probe inside the program tells. */
interface Probe {
  readonly lagsMs: readonly number[];
  readonly callsAt: readonly number[];
}

/** Many conversations at once: how late, how much work, and how many calls. */
export const loadRow: Row = {
  name: "load",
  seconds: 125,
  measure: async ({ say }) => {
    const how = `${1000 / TOKEN_MS} tokens/s each, throttle ${
      THROTTLE_MS / 1000
    } s; opencode replaced`;
    const figures: Figure[] = [];
    const rates: Rates[] = [];
    for (const people of CROWDS) {
      say(`${people} conversations stream`);
      const load = await stream(people);
      rates.push(load.rates);
      const late = latency(
        `model token → request, beyond the throttle, ${people} at once`,
        people * 1000 / THROTTLE_MS > PER_APP ? `${how}; 50 calls/s are not enough for all` : how,
        load.late,
        people === 50 ? { p99: 500 } : {},
      );
      figures.push(late, {
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
      });
    }
    const most = (of: (rates: Rates) => number) => Math.max(...rates.map(of));
    const refused = rates.reduce((sum, { refused }) => sum + refused, 0);
    const window = "the busiest second of all these runs";
    const left = `${window}, as they left the process; the twin refused ${refused}`;
    return [
      ...figures,
      atMost("Feishu calls in all", left, most(({ inAll }) => inAll), "/s", PER_APP),
      atMost("messages sent to one chat", window, most(({ perChat }) => perChat), "/s", PER_TARGET),
      atMost(
        "edits of one message",
        window,
        most(({ perMessage }) => perMessage),
        "/s",
        PER_TARGET,
      ),
    ];
  },
};

async function stream(people: number): Promise<Load> {
  await using world = await BenchWorld.create();
  await using opencode = await spawnFakeOpencode();
  const { twin } = world;
  const running = await crowd(world, opencode, { people, spanMs: SPAN_MS, program: "probed" });
  const measured = await during(running, opencode);
  const written = new Map<string, number[]>();
  const shown = new Map<string, Shown[]>();
  for (const { at, body } of twin.requests) {
    for (const [session, times] of readStamps(JSON.stringify(body) ?? "")) {
      shown.set(session, [...shown.get(session) ?? [], { at, tokens: times }]);
      const last = written.get(session)?.at(-1) ?? 0;
      const fresh = times.filter((time) => time > last);
      written.set(session, [...written.get(session) ?? [], ...fresh]);
    }
  }
  const late = [...shown].flatMap(([session, requests]) =>
    streamLag(
      requests.filter(({ at }) => at >= measured.from - THROTTLE_MS && at <= measured.to),
      written.get(session) ?? [],
      THROTTLE_MS,
    ).late
  );
  const callsAt = probes(running).flatMap(({ callsAt }) => callsAt);
  return { ...measured, late: quantiles(late), rates: ratesOf(callsAt, twin.requests) };
}

/** What the process does while everybody streams. */
async function during(running: Measured, opencode: FakeOpencode) {
  const from = wallNow();
  const known = probes(running).length;
  const before = { ...await processUsage(running.pid), events: await opencode.events() };
  let rssMb = before.rssMb;
  while (wallNow() < from + SPAN_MS) {
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

/** The most calls within a second: in all, of messages into one chat, of edits to one message. */
function ratesOf(callsAt: readonly number[], requests: readonly RequestRecord[]): Rates {
  const most = (key: (request: RequestRecord) => string | undefined) =>
    Math.max(
      0,
      ...[...Map.groupBy(requests, key)].filter(([group]) => group !== undefined)
        .map(([, group]) => busiest(group.map(({ at }) => at))),
    );
  return {
    inAll: busiest(callsAt),
    refused: requests.filter(({ code }) => code === 99991400 || code === 230020).length,
    perChat: most(({ method, path, body }) =>
      method === "POST" && path.endsWith("/messages") ? string(object(body).receive_id) : undefined
    ),
    perMessage: most(({ method, path }) =>
      method === "PATCH" || method === "PUT" ? path : undefined
    ),
  };
}

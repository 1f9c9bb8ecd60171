import { thrift } from "../../lib/feishu/thrift.ts";
import { type Figure, round, type Row } from "./figure.ts";
import { quantiles } from "./quantiles.ts";
import { simulateTurn } from "./simulated_turn.ts";
import { playDay } from "./working_day.ts";

/** Turns whose cost is measured, in seconds; that of others is between theirs. */
const MEASURED_S = [6, 60, 600, 3_600];
const TEAMS = [
  { people: 30, machines: 1 },
  { people: 300, machines: 3 },
  { people: 1_000, machines: 10 },
  { people: 3_000, machines: 30 },
];
const PROMPTS = 20;
const DAY_MS = 8 * 3_600_000;
const DAYS_A_MONTH = 22;

/** How many people one bot can serve: simulated days, of turns that cost what they cost in virtual time. */
export const scaleRow: Row = {
  name: "scale",
  seconds: 30,
  measure: async ({ say }) => {
    const figures: Figure[] = [];
    for (const mode of ["auto", "thrifty"] as const) {
      say(`turns, ${mode}`);
      const calm = thrift({ mode, hasQuickThrottle: false, isLimited: false, usedShare: 0 });
      const costs: { readonly ms: number; readonly calls: number }[] = [];
      for (const seconds of MEASURED_S) {
        const ms = seconds * 1_000;
        const turn = { mode: "card", stream: "patch", thrift: calm, ms } as const;
        const { calls } = await simulateTurn({ ...turn, tools: Math.min(ms / 3_000, 100) });
        costs.push({ ms, calls });
      }
      for (const team of TEAMS) {
        say(`${team.people} people, ${mode}`);
        figures.push(figure(team, mode, (ms) => between(costs, ms)));
      }
    }
    return figures;
  },
};

function figure(
  team: { readonly people: number; readonly machines: number },
  mode: string,
  callsOf: (ms: number) => number,
): Figure {
  const day = playDay({ ...team, prompts: PROMPTS, ms: DAY_MS, callsOf });
  const { turns, calls, atOnce, atOnceEach, editsAMinute, coalesced } = day;
  const { p50, p99, max } = quantiles(day.waits);
  const numbers = { turns, calls, atOnce, atOnceEach, editsAMinute, coalesced };
  const machines = team.machines === 1 ? "1 machine" : `${team.machines} machines`;
  return {
    what: `${team.people} people, ${machines}, ${mode}`,
    budget: "",
    measured: `${editsAMinute} edits in the busiest minute; an edit waits p50 ${round(p50)} ms, ` +
      `p99 ${round(p99)} ms`,
    how:
      `${turns} turns, ${calls} calls (${
        (calls * DAYS_A_MONTH / 1e6).toFixed(1)
      } million a month), ` +
      `at most ${atOnce} turns at once, ${atOnceEach} on one machine; ` +
      `${round(coalesced * 100)} % of the edits are overtaken by newer ones`,
    numbers: { ...numbers, p50Ms: p50, p99Ms: p99, maxMs: max },
  };
}

/** What a turn costs, between those that were measured: straight over the logarithm of its time. */
function between(
  costs: readonly { readonly ms: number; readonly calls: number }[],
  ms: number,
): number {
  const above = costs.findIndex((one) => one.ms >= ms);
  const upper = costs.at(above);
  const lower = costs.at(Math.max(above - 1, 0));
  if (upper === undefined || lower === undefined || above === 0) return costs[0]?.calls ?? 0;
  const share = Math.log(ms / lower.ms) / Math.log(upper.ms / lower.ms);
  return lower.calls + share * (upper.calls - lower.calls);
}

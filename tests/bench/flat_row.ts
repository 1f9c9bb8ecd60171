import { object, string } from "../../lib/base/json.ts";
import { BenchWorld, shipped } from "./bench_world.ts";
import { spawnFakeOpencode } from "./fake_opencode.ts";
import { atMost, round, type Row } from "./figure.ts";
import { processUsage } from "./process_usage.ts";

const TURNS = 10_000;
/** How many there is time for by default: a turn has four calls, and Feishu takes 50 a second. */
const SHORT = 1_500;
const PEOPLE = 200;
/** Conversations at work at the same time. */
const AT_ONCE = 20;
/** Turns after which everything that is made once has been made. */
const WARM = 500;
const BUDGET_PERCENT = 10;

/** Whether memory stays what it is over many short turns, and with many conversations. */
export const flatRow: Row = {
  name: "flat",
  seconds: 140,
  measure: async ({ full, say }) => {
    const turns = full ? TURNS : SHORT;
    const program = await shipped();
    await using world = await BenchWorld.create();
    await using opencode = await spawnFakeOpencode();
    const people = world.people(PEOPLE);
    const running = await world.start(program, { OPENCODE_URL: opencode.url });
    const memory: { readonly turns: number; readonly rssMb: number }[] = [];
    let begun = 0;
    let ended = 0;
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const begin = () => {
      const person = people[begun % PEOPLE];
      if (begun++ < turns && person) world.twin.say({ text: "hello", user: person.openId });
    };
    const stop = world.twin.onChange((change) => {
      if (change.kind !== "request" || change.request.status !== 200) return;
      const { reaction_type } = object(change.request.body);
      if (string(object(reaction_type).emoji_type) !== "DONE") return;
      ended++;
      begin();
      if (ended === turns) resolve();
    });
    for (let i = 0; i < AT_ONCE; i++) begin();
    const look = async () => {
      memory.push({ turns: ended, rssMb: (await processUsage(running.pid)).rssMb });
    };
    const timer = setInterval(look, 1_000);
    const report = setInterval(() => say(`${ended} of ${turns} turns`), 30_000);
    await over;
    clearInterval(timer);
    clearInterval(report);
    stop();
    await look();
    const average = (from: number, to: number) => {
      const part = memory.filter(({ turns }) => turns >= from && turns <= to);
      return part.reduce((sum, { rssMb }) => sum + rssMb, 0) / part.length;
    };
    const span = (turns - WARM) / 5;
    const [start, end] = [average(WARM, WARM + span), average(turns - span, turns)];
    const percent = 100 * (end / start - 1);
    const how =
      `RSS of the ${program}, ${AT_ONCE} of ${PEOPLE} conversations at a time; opencode replaced`;
    return [
      atMost(`memory, ${PEOPLE} conversations with turns that are over`, how, end, "MB", 160),
      {
        what: `memory over ${turns} short turns`,
        budget: `± ${BUDGET_PERCENT} % over ${TURNS}`,
        measured: `${percent < 0 ? "" : "+"}${round(percent)} %: ${round(start)} → ${
          round(end)
        } MB`,
        kept: Math.abs(percent) <= BUDGET_PERCENT,
        how: `${how}; means of the first and the last fifth after ${WARM} turns` +
          (full ? "" : `; --full runs all ${TURNS}`),
        numbers: { turns, startMb: start, endMb: end, percent },
      },
    ];
  },
};

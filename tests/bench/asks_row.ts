import { delay } from "@std/async";
import { wallNow } from "../../lib/base/time/clock.ts";
import type { TwinMessage } from "../../lib/demo/feishu_twin/twin_message.ts";
import { BenchWorld, shipped } from "./bench_world.ts";
import { type FakeOpencode, spawnFakeOpencode } from "./fake_opencode.ts";
import { atMost, type Figure, latency, round, type Row } from "./figure.ts";
import { processUsage } from "./process_usage.ts";
import { quantiles } from "./quantiles.ts";
import { startOnce } from "./start_once.ts";

const PEOPLE = 200;
/** Milliseconds between two people's messages, and between two clicks. */
const EVERY_MS = 60;
const CLICKS = 50;
const REST_MS = 10_000;
/** Milliseconds after which each turn was looked at once by itself, and what that left behind was collected. */
const SETTLE_MS = 32_000;
const STARTS = 3;
const CLICK = `a button of a question, ${CLICKS} of ${PEOPLE} that are open`;
/** Feishu waits three seconds. */
const ACK = `${CLICK}; says what came of it, so after the answer has reached opencode`;

type Person = ReturnType<BenchWorld["people"]>[number];

/** Many questions that nobody has answered: what they cost at rest, at a start, and how soon an answer arrives. */
export const asksRow: Row = {
  name: "asks",
  seconds: 100,
  measure: async ({ say }) => {
    const program = await shipped();
    await using world = await BenchWorld.create();
    await using opencode = await spawnFakeOpencode();
    const people = world.people(PEOPLE);
    const env = { OPENCODE_URL: opencode.url, BRIDGE_ASK_TIMEOUT_S: "3600" };
    const starts = async () => {
      const all: number[] = [];
      for (let i = 0; i < STARTS; i++) all.push((await startOnce(world, program, env)).steps.up);
      return Math.min(...all);
    };
    say("starting it with nothing open");
    await startOnce(world, program, env);
    const empty = await starts();
    const first = await world.start(program, env);
    await delay(REST_MS / 2);
    const before = await atRest(first.pid);
    say(`${PEOPLE} questions`);
    for (const { openId } of people) {
      world.twin.say({ text: "[[question]]", user: openId });
      await delay(EVERY_MS);
    }
    await world.twin.until(() => open(world, people).length === PEOPLE, { timeoutMs: 60_000 });
    await delay(SETTLE_MS);
    say("at rest");
    const after = await atRest(first.pid);
    await first.stop();
    say("starting it with all of them open");
    const full = await starts();
    await world.start(program, env);
    await delay(REST_MS / 2);
    say(`${CLICKS} answers`);
    const answered = await answers(world, opencode, open(world, people).slice(0, CLICKS));
    const how = `RSS of the ${program}; opencode replaced`;
    return [
      atMost(`memory, ${PEOPLE} questions open`, how, after.rssMb, "MB", 160),
      cpu(before.cpuShare, after.cpuShare),
      latency("click → acknowledged", ACK, answered.acks, { p99: 3_000 }),
      latency("click → the answer reaches opencode", CLICK, answered.replies, { p50: 30 }),
      {
        ...atMost(
          `process start → long connection up (${program}, with ${PEOPLE} questions open)`,
          `the best of ${STARTS}; ${round(empty)} ms with nothing open`,
          full,
          "ms",
          program === "binary" ? 500 : undefined,
        ),
        numbers: { fullMs: full, emptyMs: empty },
      },
    ];
  },
};

/** A person whose question is open, and its card. */
interface Open {
  readonly openId: string;
  readonly messageId: string;
}

function open({ twin }: BenchWorld, people: readonly Person[]): Open[] {
  return people.flatMap(({ openId, chat }) => {
    const isOpen = ({ id }: TwinMessage) => twin.buttons(id).some(({ label }) => label === "Red");
    const card = twin.botMessages(chat.id).find(isOpen);
    return card === undefined ? [] : [{ openId, messageId: card.id }];
  });
}

/** What a process holds, and the share of a processor that it uses while nothing happens. */
async function atRest(pid: number): Promise<{ rssMb: number; cpuShare: number }> {
  const before = await processUsage(pid);
  await delay(REST_MS);
  const { rssMb, cpuMs } = await processUsage(pid);
  return { rssMb, cpuShare: (cpuMs - before.cpuMs) / REST_MS };
}

function cpu(before: number, after: number): Figure {
  const percent = (share: number) => `${round(100 * share)} %`;
  return {
    what: `processor at rest, ${PEOPLE} questions open`,
    budget: "≤ 1 % more",
    measured: percent(after),
    kept: after - before <= 0.01,
    how: `of one processor, over ${REST_MS / 1000} s; ${percent(before)} with nothing open`,
    numbers: { before, after },
  };
}

/** Clicks one card after the other: when each click was acknowledged, and when its answer arrived. */
async function answers({ twin }: BenchWorld, opencode: FakeOpencode, cards: readonly Open[]) {
  const acks: number[] = [];
  const clickedAt: number[] = [];
  const clicks: Promise<void>[] = [];
  for (const { openId: user, messageId } of cards) {
    const click = async () => {
      const at = wallNow();
      clickedAt.push(at);
      await twin.click({ messageId, label: "Red", user });
      acks.push(wallNow() - at);
    };
    clicks.push(click());
    await delay(EVERY_MS);
  }
  await Promise.all(clicks);
  const until = performance.now() + 30_000;
  let repliedAt = await opencode.replies();
  while (repliedAt.length < CLICKS && performance.now() < until) {
    await delay(50);
    repliedAt = await opencode.replies();
  }
  // They arrive in the order of the clicks, or the wait for one of them shows in that of another.
  const replies = repliedAt.toSorted((a, b) => a - b).map((at, i) => at - (clickedAt[i] ?? NaN));
  return { acks: quantiles(acks), replies: quantiles(replies) };
}

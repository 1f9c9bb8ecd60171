import { ackTimes } from "./ack_times.ts";
import { BenchWorld } from "./bench_world.ts";
import { spawnFakeOpencode } from "./fake_opencode.ts";
import { latency, type Row } from "./figure.ts";
import { quantiles } from "./quantiles.ts";

const PEOPLE = 50;
const ROUNDS = 5;
/** Four calls a message, and Feishu takes 50 a second. */
const EVERY_MS = 100;

/** How soon a message is written down and acknowledged, and something is to be seen. */
export const ackRow: Row = {
  name: "ack",
  seconds: 35,
  measure: async ({ say }) => {
    await using world = await BenchWorld.create();
    await using opencode = await spawnFakeOpencode();
    const { twin } = world;
    const people = world.people(PEOPLE);
    await world.start("source", { OPENCODE_URL: opencode.url });
    const times = { twin, people, rounds: ROUNDS, everyMs: EVERY_MS, say };
    const { acks, placeholders } = await ackTimes(times);
    const how = `${1000 / EVERY_MS} messages a second from ${PEOPLE} chats; opencode replaced`;
    return [
      latency("frame received → acknowledged", how, quantiles(acks), { p50: 5, p99: 50 }),
      latency("frame received → placeholder request", how, quantiles(placeholders), { p50: 10 }),
    ];
  },
};

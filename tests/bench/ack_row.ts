import { ackTimes } from "./ack_times.ts";
import { BenchWorld } from "./bench_world.ts";
import { spawnFakeOpencode } from "./fake_opencode.ts";
import { type Figure, latency, type Row } from "./figure.ts";
import { quantiles } from "./quantiles.ts";
import { type Generation, GENERATIONS, tokenSource } from "./token_source.ts";

const PEOPLE = 50;
/** How often each of them writes. */
const ROUNDS: Readonly<Record<Generation, number>> = { V1: 5, V2: 2 };
/** Four calls a message, and Feishu takes 50 a second. */
const EVERY_MS = 100;

/** How soon a message is written down and acknowledged, and something is to be seen. */
export const ackRow: Row = {
  name: "ack",
  seconds: 60,
  measure: async ({ say }) => {
    const figures: Figure[] = [];
    for (const generation of ["V1", "V2"] as const) {
      await using world = await BenchWorld.create();
      await using opencode = generation === "V1"
        ? await spawnFakeOpencode()
        : tokenSource(generation, world);
      const { twin } = world;
      const people = world.people(PEOPLE);
      const env = "url" in opencode ? { OPENCODE_URL: opencode.url } : opencode.env;
      await world.start("source", env);
      const rounds = ROUNDS[generation];
      const times = { twin, people, rounds, everyMs: EVERY_MS, say };
      const { acks, placeholders } = await ackTimes(times);
      const { label } = GENERATIONS[generation];
      const how = `${1000 / EVERY_MS} messages a second from ${PEOPLE} chats; opencode replaced`;
      const budget = { p50: 5, p99: 50 };
      figures.push(
        latency(`frame received → acknowledged${label}`, how, quantiles(acks), budget),
        latency(`frame received → placeholder request${label}`, how, quantiles(placeholders), {
          p50: 10,
        }),
      );
    }
    return figures;
  },
};

import { join } from "@std/path";
import { startKvProcess } from "../kv_server/start_kv_process.ts";
import { ackTimes } from "./ack_times.ts";
import { BenchWorld } from "./bench_world.ts";
import { spawnFakeOpencode } from "./fake_opencode.ts";
import { type Figure, latency, type Row } from "./figure.ts";
import { quantiles } from "./quantiles.ts";

/** How far away the shared KV is, in milliseconds there and back. */
const WAYS_MS = [1, 20, 50];
const PEOPLE = 25;
const ROUNDS = 2;
const EVERY_MS = 200;

/** The same as the row `ack`, with a shared KV at some distance. */
export const kvRow: Row = {
  name: "kv",
  seconds: 60,
  measure: async ({ say }) => {
    const figures: Figure[] = [];
    for (const latencyMs of WAYS_MS) {
      await using world = await BenchWorld.create();
      await using opencode = await spawnFakeOpencode();
      await using kv = await startKvProcess(join(world.dir, "kv.sqlite"));
      const { twin } = world;
      const people = world.people(PEOPLE);
      await kv.setFaults({ latencyMs });
      await world.start("source", {
        OPENCODE_URL: opencode.url,
        BRIDGE_KV: kv.urls[0],
        DENO_KV_ACCESS_TOKEN: kv.token,
      });
      const tell = (line: string) => say(`${latencyMs} ms: ${line}`);
      const times = { twin, people, rounds: ROUNDS, everyMs: EVERY_MS, say: tell };
      const { acks, placeholders } = await ackTimes(times);
      const how = `${1000 / EVERY_MS} messages a second from ${PEOPLE} chats; opencode replaced; ` +
        `a stand-in for denokv, ${latencyMs} ms there and back`;
      figures.push(
        latency(`KV at ${latencyMs} ms: frame → acknowledged`, how, quantiles(acks)),
        latency(`KV at ${latencyMs} ms: frame → placeholder`, how, quantiles(placeholders)),
      );
    }
    return figures;
  },
};

import { delay } from "@std/async";
import { object, string } from "../../lib/base/json.ts";
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
    const sent = new Map<string, string>();
    const acks: number[] = [];
    const placeholders: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      say(`${PEOPLE} messages, ${round} of ${ROUNDS} times`);
      const known = { acks: twin.acks.length, requests: twin.requests.length };
      for (const { openId, chat } of people) {
        sent.set(twin.say({ text: "hello", user: openId }), chat.id);
        await delay(EVERY_MS);
      }
      await twin.until(() => done(twin.requests.slice(known.requests)) >= PEOPLE, {
        timeoutMs: 60_000,
      });
      // The first round warms up: conversations are made, code is compiled.
      if (round === 0) continue;
      const first = new Map<string, number>();
      for (const { at, method, path, body } of twin.requests.slice(known.requests)) {
        const chat = string(object(body).receive_id);
        if (method !== "POST" || !path.endsWith("/messages") || chat === undefined) continue;
        if (!first.has(chat)) first.set(chat, at);
      }
      for (const { messageId = "", receivedAt, ackMs } of twin.acks.slice(known.acks)) {
        const shownAt = first.get(sent.get(messageId) ?? "");
        if (shownAt === undefined) throw new Error(`message ${messageId} got no placeholder`);
        acks.push(ackMs);
        placeholders.push(shownAt - (receivedAt - ackMs));
      }
    }
    const how = `${1000 / EVERY_MS} messages a second from ${PEOPLE} chats; opencode replaced`;
    return [
      latency("frame received → acknowledged", how, quantiles(acks), { p50: 5, p99: 50 }),
      latency("frame received → placeholder request", how, quantiles(placeholders), { p50: 30 }),
    ];
  },
};

/** How many turns have ended: the message of each gets a reaction. */
function done(requests: readonly { readonly body: unknown }[]): number {
  return requests.filter(({ body }) =>
    string(object(object(body).reaction_type).emoji_type) === "DONE"
  ).length;
}

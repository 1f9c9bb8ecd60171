/** SPEC 4.1–4.4: what Feishu and the network do to the bridge, and what becomes of the messages. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Twin } from "../../lib/twin/twin.ts";
import { World } from "./harness.ts";

/** Feishu's times for delivering again, shortened so that a test can wait for some of them. */
const LADDER = { ladderMs: [3_000, 3_000, 3_000, 3_000] };

/** Each way to refuse a connection, as a switch. */
const REFUSALS: readonly (readonly [string, (twin: Twin, on: boolean) => void])[] = [
  ...(["busy", "http", "no-data", "handshake"] as const).map((how) =>
    [how, (twin: Twin, on: boolean) => twin.faults.refuseConnections(on && how)] as const
  ),
  ["endpoint 502 in HTML", (twin, on) => {
    if (!on) return twin.faults.clear();
    twin.faults.fail({ match: /ws\/endpoint/, status: 502, html: true, times: 1_000 });
  }],
];

const UP = /Feishu connection is up/;
const LOST = /Feishu connection lost/;

for (const [name, refuse] of REFUSALS) {
  Deno.test(`a connection that is refused (${name}) at the start and after a drop comes up when it may`, async () => {
    await using world = await World.create(LADDER);
    refuse(world.twin, true);
    const bridge = world.spawn();
    await bridge.lineTimes(LOST, 2);
    world.twin.say({ text: "[[say early bird]]" });
    refuse(world.twin, false);
    await bridge.line(/bridge ready/);
    await world.sees(/^Done\n[^]*early bird/);
    refuse(world.twin, true);
    world.twin.faults.drop();
    const id = world.twin.say({ text: "[[say meanwhile]]" });
    await bridge.lineTimes(LOST, 4);
    refuse(world.twin, false);
    await world.twin.until(() => world.twin.connections() === 1, { timeoutMs: 20_000 });
    await world.sees(/^Done\n[^]*meanwhile/);
    world.twin.redeliver(id);
    await world.settled();
    for (const text of ["early bird", "meanwhile"]) assertEquals(world.modelRuns(text), 1);
    await bridge.lineTimes(UP, 2);
  });
}

Deno.test("a half-open connection is noticed by its silence, and replaced", async () => {
  await using world = await World.create(LADDER);
  const bridge = await world.start();
  world.twin.faults.halfOpen(true);
  const began = performance.now();
  await bridge.lineTimes(UP, 2);
  assert(performance.now() - began < 40_000);
  // The stand-in goes on believing in the dead connection: messages may go there first.
  world.twin.say({ text: "[[say alive again]]" });
  await world.sees(/^Done\n[^]*alive again/);
  assertEquals(world.modelRuns("alive again"), 1);
});

Deno.test("events in pieces, again and again, without their acknowledgements, run once", async () => {
  await using world = await World.create({ ladderMs: [500, 500, 500, 500] });
  await world.start();
  world.twin.faults.splitFrames(64);
  world.twin.faults.loseAck(4);
  world.twin.say({ text: "[[say one]]" });
  world.twin.say({ text: "[[say two]]" });
  await world.sees(/^Done\n[^]*one/);
  await world.sees(/^Done\n[^]*two/);
  await world.twin.until(() => world.twin.acks.length >= 2, { timeoutMs: 30_000 });
  await world.settled();
  for (const text of ["one", "two"]) {
    assertEquals(world.modelRuns(text), 1);
    assertEquals(world.shown().filter((shown) => shown.startsWith(`Done\n${text}`)).length, 1);
  }
});

Deno.test("a connection that breaks with a message in the air, many times, loses none", async () => {
  await using world = await World.create({ ladderMs: Array(20).fill(1_000) });
  const bridge = await world.start();
  const texts = Array.from({ length: 5 }, (_, i) => `[[say item ${i}]]`);
  for (const [i, text] of texts.entries()) {
    if (i % 2 === 0) world.twin.faults.reset();
    else world.twin.faults.drop();
    world.twin.say({ text });
    await bridge.lineTimes(UP, i + 2);
  }
  for (let i = 0; i < texts.length; i++) await world.sees(new RegExp(`^Done\\nitem ${i}`));
  await world.settled();
  for (const text of texts) assertEquals(world.modelRuns(text), 1);
});

Deno.test("a token revoked in the middle of a turn is renewed unseen", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[slow 30]]" });
  await world.sees(/1 2/);
  world.twin.faults.revokeToken();
  await world.sees(/^Working…[^]*15/);
  world.twin.faults.revokeToken();
  await world.sees(/^Done[^]* 29 30\n/);
  await world.settled();
  assertEquals(world.modelRuns("slow"), 1);
});

Deno.test("what ends while Feishu takes nothing arrives once and in order, and no chat waits for another", async () => {
  await using world = await World.create();
  const bridge = await world.start();
  const group = world.twin.addGroup({ name: "team" });
  const [stuck, free] = [world.twin.chat.id, group.id];
  world.twin.say({ text: "[[slow 8]]" });
  world.twin.say({ text: "[[say second]]" });
  world.twin.say({ text: "[[say third]]" });
  await world.sees(/^Working…[^]*1 2/);
  await world.twin.until(() => world.shown(stuck).filter((t) => /^Queued/.test(t)).length === 2);
  // What belongs to the direct chat is refused: edits of its messages, and new ones.
  const ids = world.twin.botMessages(stuck).map(({ id }) => id);
  const theirs = new RegExp(`PATCH .*(${ids.join("|")})|POST .*messages$`);
  world.twin.faults.fail({ match: theirs, status: 500, times: 10_000 });
  world.twin.say({ text: "/help" });
  world.twin.say({ text: "[[say not held up]]", chat: free, mentionBot: true });
  await world.sees(/^Done\n[^]*not held up/, free);
  await bridge.line(/is not delivered yet/);
  await bridge.lineTimes(/turn \w+ done/, 4);
  assert(!world.shown(stuck).some((text) => text.startsWith("Done")));
  assertMatch(await world.status(free), /Feishu: connected/);
  world.twin.faults.clear();
  // The connection is back, so nobody waits for the end of the backoff.
  world.twin.faults.drop();
  await world.sees(/^Done[^]*third/, stuck);
  await world.sees(/`\/cancel`/, stuck);
  await world.settled();
  const shown = world.shown(stuck);
  assertEquals(shown.slice(0, 3).map((text) => /^Done\n(1 2|second|third)/.exec(text)?.[1]), [
    "1 2",
    "second",
    "third",
  ]);
  assertEquals(shown.filter((text) => text.includes("`/cancel`")).length, 1);
});

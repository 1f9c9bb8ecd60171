/** The machine sleeps, and wakes up. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { fromFileUrl } from "@std/path";
import { World } from "./harness.ts";
import { Person } from "./scenes.ts";

/** Longer than a ping and the wait for its answer, in milliseconds. */
const NAP_MS = 17_000;

Deno.test("a machine that slept in a turn is connected again in seconds, answers what came, and loses nothing", async () => {
  await using world = await World.create({ ladderMs: Array(20).fill(5_000) });
  const bridge = await world.start();
  const { pid } = await world.server();
  world.twin.say({ text: "[[slow 20]] [[bash echo once >> runs]]" });
  await world.sees(/^Working…[^]*1 2/);
  Deno.kill(bridge.pid, "SIGSTOP");
  Deno.kill(-pid, "SIGSTOP");
  world.twin.say({ text: "[[say good morning]]" });
  await delay(NAP_MS);
  Deno.kill(-pid, "SIGCONT");
  Deno.kill(bridge.pid, "SIGCONT");
  const woken = performance.now();
  await bridge.line(/connection lost: the machine was asleep/);
  await bridge.lineTimes(/Feishu connection is up/, 2);
  assert(performance.now() - woken < 5_000);
  await world.sees(/^Done[^]* 19 20/);
  await world.sees(/^Done\ngood morning/);
  await world.settled();
  assertEquals((await world.server()).pid, pid);
  assertEquals(await world.written("runs"), "once\n");
  assertEquals(world.modelRuns("[[slow 20]]"), 1);
  assertEquals(world.modelRuns("good morning"), 1);
  assertEquals(world.shown().filter((text) => /^(Done|Interrupted)\n/.test(text)).length, 2);
});

Deno.test("what was written while the lid was closed for eight hours is asked about, and what was over is not", async () => {
  await using world = await World.create();
  const { twin } = world;
  const main = fromFileUrl(import.meta.resolve("./sleep_main.ts"));
  const bridge = world.spawn([], { BRIDGE_LATE_AFTER_S: "86400" }, main);
  await bridge.line(/bridge ready/);
  const person = Person.join(world, "Ann");
  person.say("[[say good evening]]");
  await person.sees(/^Done\n[^]*good evening/);
  const group = person.group();
  const known = group.say("[[say group]]");
  await group.sees(/^Done\n[^]*group/);
  // What Feishu sends into this connection never arrives, and it gives up on it.
  twin.faults.halfOpen(true);
  const asleep = twin.clock.now();
  twin.clock.advance(8 * 3_600_000);
  const at = (hours: number) => ({ createdAt: asleep + hours * 3_600_000 });
  person.say("[[say at night]]", at(2));
  group.say("[[say in a new topic]]", { ...at(3), replyTo: known, thread: "new" });
  const recalled = person.say("[[say never mind]]", at(4));
  twin.recall(recalled);
  twin.clock.advance(8 * 3_600_000);
  twin.clock.advance(-8 * 3_600_000);
  Deno.kill(bridge.pid, "SIGUSR2");
  await bridge.line(/connection lost: the machine was asleep/);
  const late = await person.sees(/1 message came late[^]*at night/);
  const card = await group.sees(/1 message came late[^]*in a new topic/);
  // Nothing more is sent into the dead connection.
  twin.faults.reset();
  await bridge.lineTimes(/Feishu connection is up/, 3);
  await group.click(card, "Run");
  await group.sees(/^Done\n[^]*in a new topic/);
  await person.click(late, "Skip");
  await person.sees(/1 message came late[^]*Skipped/);
  const runs = ["good evening", "at night", "never mind"].map((text) => world.modelRuns(text));
  assertEquals(runs, [1, 0, 0]);
  assertEquals(person.shown().filter((text) => /came late/.test(text)).length, 1);
});

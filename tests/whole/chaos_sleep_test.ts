/** SPEC 4.1: the machine sleeps, and wakes up. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { World } from "./harness.ts";

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

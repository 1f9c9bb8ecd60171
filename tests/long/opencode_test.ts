/** opencode hangs, or is left alone. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { gone } from "../processes.ts";
import { World } from "../whole/harness.ts";

/** Lets the next message show that all is well again, in the same session or another. */
async function goesOn(world: World): Promise<void> {
  world.twin.say({ text: "[[say well again]]" });
  await world.sees(/^Done\n[^]*well again/, undefined, 60_000);
  await world.settled();
  assertEquals(world.modelRuns("well again"), 1);
}

Deno.test("an opencode that hangs is ended and started again: its turn says so, a new prompt runs once", async () => {
  await using world = await World.create();
  const bridge = await world.start();
  const group = world.twin.addGroup({ name: "team" });
  world.twin.say({ text: "[[say hello]]", chat: group.id, mentionBot: true });
  await world.sees(/^Done\n[^]*hello/, group.id);
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/^Working…[^]*1 2/);
  const { pid } = await world.server();
  Deno.kill(-pid, "SIGSTOP");
  world.twin.say({ text: "[[say patience]]", chat: group.id, mentionBot: true });
  await bridge.line(/opencode does not answer any more/);
  await world.sees(/^Interrupted[^]*Send “continue”/, undefined, 90_000);
  await gone(pid);
  await world.sees(/^Done\n[^]*patience/, group.id, 90_000);
  await world.settled(group.id);
  assertEquals(world.modelRuns("patience"), 1);
  await goesOn(world);
});

Deno.test("a bridge that never comes back leaves no server and no tool behind", async () => {
  await using world = await World.create();
  const bridge = await world.start();
  world.twin.say({ text: "[[bash echo $$ > pid; exec sleep 300]]" });
  await world.sees(/bash .* ▶️/);
  const tool = Number(await world.written("pid"));
  const { pid } = await world.server();
  await bridge.kill("SIGKILL");
  const began = performance.now();
  await gone(pid, 90_000);
  await gone(tool, 1_000);
  const seconds = (performance.now() - began) / 1000;
  assert(seconds > 40 && seconds < 80, `ended after ${seconds} s`);
  // Whoever comes later says what became of the turn.
  await world.start();
  assertMatch(world.twin.plain(await world.sees(/^Interrupted/)), /Send “continue”/);
});

/** SPEC 4.10: a cancelled prompt never runs, and what is in doubt is not called failed. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { opencodeBinary } from "../opencode_binary.ts";
import { type Bridge, World } from "./harness.ts";
import { type Person, type Scene, scenes } from "./scenes.ts";

/** Makes opencode start slowly from now on, or no longer. */
interface Start {
  slow(seconds: number | undefined): Promise<void>;
}

/** Lets the next message show that all is well again. */
async function goesOn(world: World, person: Person, text: string): Promise<void> {
  person.say(`[[say ${text}]]`);
  await person.sees(new RegExp(`^Done\\n[^]*${text}`), 60_000);
  await person.settled();
  assertEquals(world.modelRuns(text), 1);
}

async function killOpencode(world: World): Promise<void> {
  const { pid } = await world.server();
  Deno.kill(-pid, "SIGKILL");
}

/** Adds commands of opencode's own: one with a shell line that takes its time. */
async function addCommands(world: World): Promise<void> {
  const directory = join(world.project, ".opencode", "command");
  await Deno.mkdir(directory, { recursive: true });
  const text =
    "---\ndescription: Takes its time\n---\n!`echo $$ > started; sleep 5` [[say slow $1]]";
  await Deno.writeTextFile(join(directory, "slow.md"), text);
}

Deno.test("a cancelled prompt never runs, whatever opencode is doing", async (test) => {
  await using world = await World.create();
  await addCommands(world);
  const command = join(world.dir, "opencode");
  const seconds = join(world.dir, "seconds");
  const script = `#!/bin/sh\nsleep $(cat ${seconds})\nexec ${await opencodeBinary()} "$@"\n`;
  await Deno.writeTextFile(command, script, { mode: 0o755 });
  const start: Start = { slow: (n = 0) => Deno.writeTextFile(seconds, String(n)) };
  await start.slow(0);
  const bridge = await world.start([], { OPENCODE_CMD: command });
  const scene = scenes(test, world);
  await whileItStarts(world, scene, bridge, start);
  await whileACommandIsPending(world, scene);
});

async function whileItStarts(
  world: World,
  scene: Scene,
  bridge: Bridge,
  start: Start,
): Promise<void> {
  await scene("/cancel while opencode is started again", async (person) => {
    person.say("[[say before]]");
    await person.sees(/^Done\n[^]*before/);
    await start.slow(6);
    await killOpencode(world);
    await bridge.line(/opencode ended with code/);
    person.say("[[say never]]");
    await person.sees(/^Working…/);
    person.say("/cancel");
    await person.sees(/^Cancelled/, 4_000);
    await start.slow(undefined);
    await goesOn(world, person, "well after the start");
    assertEquals(world.modelRuns("never"), 0);
  });
}

async function whileACommandIsPending(world: World, scene: Scene): Promise<void> {
  await scene("/cancel while the shell line of a command runs", async (person) => {
    person.say("/slow motion");
    await person.sees(/^Working…/);
    await world.written("started");
    person.say("/cancel");
    await person.sees(/^Working…[^]*Stopping…/);
    await person.sees(/^Cancelled/);
    await goesOn(world, person, "well after the command");
    assert(!person.shown().some((text) => text.includes("slow motion\n")), person.shown().join());
    assert(world.modelRuns("say slow motion") <= 1);
  });
}

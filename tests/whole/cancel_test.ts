/** A cancelled prompt never runs, and what is in doubt is not called failed. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { opencodeBinary } from "../opencode_binary.ts";
import { until } from "../until.ts";
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
    "---\ndescription: Takes its time\n---\n!`echo $$ > started; sleep 5` [[slow 40 100]] $1";
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

Deno.test("one turn at a time runs in a session, whoever began it", async (test) => {
  await using world = await World.create();
  await world.start();
  const scene = scenes(test, world);
  await twoChats(world, scene);
  await begunElsewhere(world, scene);
  await putInElsewhere(world, scene);
});

async function twoChats(world: World, scene: Scene): Promise<void> {
  await scene("two chats in one session are told so, and take turns", async (person) => {
    person.say("[[say the first]]");
    await person.sees(/^Done\n[^]*the first/);
    const [id = ""] = /ses_\w+/.exec(await person.status()) ?? [];
    const team = person.group();
    team.say(`/resume ${id}`);
    await team.sees(/Going on in[^]*Another chat is in this session too/);
    person.say("[[slow 40 100]]");
    await person.sees(/^Working…[^]*1 2/);
    team.say("[[say from the team]]");
    await team.sees(/^Working…[^]*Another chat runs something in this session/);
    assertMatch(await team.status(), /Turn: .*waiting for another chat in this session/);
    await person.sees(/^Done\n[^]* 39 40/);
    await team.sees(/^Done\n[^]*from the team/);
    for (const shown of person.shown()) assert(!shown.includes("from the team"), shown);
    assertEquals(world.modelRuns("from the team"), 1);
  });
}

/** Posts a prompt as opencode's own terminal would. */
async function postElsewhere(world: World, session: string, text: string): Promise<void> {
  const { url, password } = await world.server();
  const answer = await fetch(`${url}/session/${session}/prompt_async`, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa(`opencode:${password}`)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ parts: [{ type: "text", text }] }),
  });
  assertEquals(answer.status, 204);
}

async function begunElsewhere(world: World, scene: Scene): Promise<void> {
  await scene("a turn that was begun elsewhere is waited for", async (person) => {
    person.say("[[say the first]]");
    await person.sees(/^Done\n[^]*the first/);
    const [id = ""] = /ses_\w+/.exec(await person.status()) ?? [];
    await postElsewhere(world, id, "[[slow 30 100]] elsewhere");
    await until("it runs elsewhere", () => world.modelRuns("elsewhere") === 1);
    person.say("[[say mine]]");
    await person.sees(/^Working…[^]*begun elsewhere/);
    await person.sees(/^Done\nmine/);
    for (const shown of person.shown()) assert(!shown.includes("29 30"), shown);
  });

  await scene("one that begins elsewhere during ours neither fills nor ends it", async (person) => {
    person.say("[[slow 30 100]]");
    await person.sees(/^Working…[^]*1 2/);
    const [id = ""] = /ses_\w+/.exec(await person.status()) ?? [];
    await postElsewhere(world, id, "[[say theirs]] [[bash sleep 6]]");
    await person.sees(/^Done\n[^]* 29 30\n/);
    assert(!person.shown().some((shown) => shown.includes("theirs")));
    person.say("[[say next]]");
    await person.sees(/^Done\nnext/);
    for (const shown of person.shown()) assert(!shown.includes("theirs"), shown);
  });
}

async function putInElsewhere(world: World, scene: Scene): Promise<void> {
  await scene("what is put in elsewhere between two steps of ours is said", async (person) => {
    person.say("[[bash echo yes > began; sleep 2]] [[say mine]]");
    await world.written("began");
    const [id = ""] = /ses_\w+/.exec(await person.status()) ?? [];
    await postElsewhere(world, id, "[[say theirs]]");
    await person.sees(/^Done\nSomebody also wrote to this session[^]*theirs/);
    person.say("[[say next]]");
    await person.sees(/^Done\nnext/);
  });
}

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
    for (const shown of person.shown()) assert(!/ 39 40/.test(shown), shown);
  });
}

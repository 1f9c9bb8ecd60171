/** opencode dies, or loses its sessions. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { type Bridge, World } from "./harness.ts";
import { type Person, type Scene, scenes } from "./scenes.ts";

/** Lets the next message show that all is well again, in the same session or another. */
async function goesOn(world: World, person: Person, text: string): Promise<void> {
  person.say(`[[say ${text}]]`);
  await person.sees(new RegExp(`^Done\\n[^]*${text}`), 60_000);
  await person.settled();
  assertEquals(world.modelRuns(text), 1);
}

/** Ends opencode with its guard and its tools. */
async function killOpencode(world: World): Promise<void> {
  const { pid } = await world.server();
  Deno.kill(-pid, "SIGKILL");
}

Deno.test("when opencode or its data is gone, the chats are told and go on", async (test) => {
  await using world = await World.create();
  const scene = scenes(test, world);
  const bridge = await world.start();
  await opencodeDies(world, scene, bridge);
  await sessionsAreLost(world, scene, bridge);
});

async function opencodeDies(world: World, scene: Scene, bridge: Bridge): Promise<void> {
  await scene(
    "opencode killed while it rests: the next message starts it, and runs once",
    async (person) => {
      person.say("[[say before the rest]]");
      await person.sees(/^Done\n[^]*before the rest/);
      await killOpencode(world);
      await bridge.line(/opencode ended with code/);
      await goesOn(world, person, "well after the rest");
      assertEquals(world.modelRuns("[[say before the rest]]"), 1);
    },
  );

  await scene(
    "opencode killed while a tool runs: the turn says so, and the session goes on",
    async (person) => {
      person.say("[[bash echo $$ > pid; sleep 5]]");
      await person.sees(/bash .* ▶️/);
      await world.written("pid");
      const [session] = /ses_\w+/.exec(await person.status()) ?? [];
      await killOpencode(world);
      await person.sees(/^Interrupted[^]*Send “continue”/);
      await goesOn(world, person, "well after the tool");
      assert(session !== undefined && (await person.status()).includes(session));
    },
  );

  await scene(
    "opencode killed with a queue: what ran is interrupted, what waited runs",
    async (person) => {
      person.say("[[slow 400]] with a queue");
      await person.sees(/^Working…[^]*1 2/);
      person.say("[[say I waited long]]");
      await person.sees(/^Queued/);
      await killOpencode(world);
      await person.sees(/^Interrupted/);
      await person.sees(/^Done\n[^]*I waited long/, 60_000);
      await person.settled();
      assertEquals(world.modelRuns("I waited long"), 1);
      assertEquals(world.modelRuns("[[slow 400]] with a queue"), 1);
    },
  );
}

async function sessionsAreLost(world: World, scene: Scene, bridge: Bridge): Promise<void> {
  await scene("a lost session gives way to a fresh one, said in the chat", async (person) => {
    person.say("[[say before the loss]]");
    await person.sees(/^Done\n[^]*before the loss/);
    const { url, password } = await world.server();
    const [session = ""] = /ses_\w+/.exec(await person.status()) ?? [];
    const answer = await fetch(
      `${url}/session/${session}?directory=${encodeURIComponent(world.project)}`,
      { method: "DELETE", headers: { authorization: `Basic ${btoa(`opencode:${password}`)}` } },
    );
    await answer.body?.cancel();
    assertEquals(answer.status, 200);
    person.say("[[say after the loss]]");
    await person.sees(/^Done\n[^]*has lost this conversation's session[^]*after the loss/);
    assert(!(await person.status()).includes(session));
    assertEquals(world.modelRuns("[[say after the loss]]"), 1);
  });

  await scene(
    "bridge and opencode killed in a turn: it is told as interrupted, and not run again",
    async (person) => {
      person.say("[[slow 400]] with both");
      await person.sees(/^Working…[^]*1 2/);
      person.say("[[say I waited for both]]");
      await person.sees(/^Queued/);
      await bridge.kill("SIGKILL");
      await killOpencode(world);
      bridge = await world.start();
      await person.sees(/^Interrupted\n[^]*Send “continue”/);
      await person.sees(/^Done\n[^]*I waited for both/);
      await person.settled();
      assertEquals(world.modelRuns("[[slow 400]] with both"), 1);
      assertEquals(world.modelRuns("I waited for both"), 1);
      assertEquals(person.shown().filter((text) => /^(Interrupted|Done)/.test(text)).length, 2);
    },
  );

  await scene(
    "all of opencode's data lost between two runs: fresh sessions, said in each chat",
    async (person) => {
      const team = person.group();
      person.say("[[say first]]");
      team.say("[[say theirs]]");
      await person.sees(/^Done\n[^]*first/);
      await team.sees(/^Done\n[^]*theirs/);
      await bridge.kill("SIGTERM");
      await Deno.remove(join(world.dir, "home", ".local"), { recursive: true });
      bridge = await world.start();
      for (const place of [person, team]) {
        place.say("[[say once more]]");
        await place.sees(/^Done\n[^]*has lost this conversation's session[^]*once more/);
      }
    },
  );
}

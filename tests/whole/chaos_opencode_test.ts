/** SPEC 4.5, 4.6: opencode dies, or loses its sessions. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { World } from "./harness.ts";

/** Lets the next message show that all is well again, in the same session or another. */
async function goesOn(world: World): Promise<void> {
  world.twin.say({ text: "[[say well again]]" });
  await world.sees(/^Done\n[^]*well again/, undefined, 60_000);
  await world.settled();
  assertEquals(world.modelRuns("well again"), 1);
}

Deno.test("opencode killed while a tool runs: the turn says so, and the session goes on", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[bash echo $$ > pid; sleep 5]]" });
  await world.sees(/bash .* ▶️/);
  await world.written("pid");
  const [session] = /ses_\w+/.exec(await world.status()) ?? [];
  const { pid } = await world.server();
  Deno.kill(-pid, "SIGKILL");
  await world.sees(/^Interrupted[^]*Send “continue”/);
  await goesOn(world);
  assert(session !== undefined && (await world.status()).includes(session));
});

Deno.test("opencode killed while it rests: the next message starts it, and runs once", async () => {
  await using world = await World.create();
  const bridge = await world.start();
  world.twin.say({ text: "[[say first]]" });
  await world.sees(/^Done\n[^]*first/);
  const { pid } = await world.server();
  Deno.kill(-pid, "SIGKILL");
  await bridge.line(/opencode ended with code/);
  await goesOn(world);
  assertEquals(world.modelRuns("[[say first]]"), 1);
});

Deno.test("opencode killed with a queue: what ran is interrupted, what waited runs", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/^Working…[^]*1 2/);
  world.twin.say({ text: "[[say I waited]]" });
  await world.sees(/^Queued/);
  const { pid } = await world.server();
  Deno.kill(-pid, "SIGKILL");
  await world.sees(/^Interrupted/);
  await world.sees(/^Done\n[^]*I waited/, undefined, 60_000);
  await world.settled();
  assertEquals(world.modelRuns("I waited"), 1);
  assertEquals(world.modelRuns("[[slow 400]]"), 1);
});

Deno.test("bridge and opencode killed in a turn: it is told as interrupted, and not run again", async () => {
  await using world = await World.create();
  const first = await world.start();
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/^Working…[^]*1 2/);
  world.twin.say({ text: "[[say I waited]]" });
  await world.sees(/^Queued/);
  const { pid } = await world.server();
  await first.kill("SIGKILL");
  Deno.kill(-pid, "SIGKILL");
  await world.start();
  await world.sees(/^Interrupted\n[^]*Send “continue”/);
  await world.sees(/^Done\n[^]*I waited/);
  await world.settled();
  assertEquals(world.modelRuns("[[slow 400]]"), 1);
  assertEquals(world.modelRuns("I waited"), 1);
  assertEquals(world.shown().filter((text) => /^(Interrupted|Done)/.test(text)).length, 2);
});

Deno.test("a lost session gives way to a fresh one, said in the chat", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[say first]]" });
  await world.sees(/^Done\n[^]*first/);
  const { url, password } = await world.server();
  const [session = ""] = /ses_\w+/.exec(await world.status()) ?? [];
  const answer = await fetch(
    `${url}/session/${session}?directory=${encodeURIComponent(world.project)}`,
    { method: "DELETE", headers: { authorization: `Basic ${btoa(`opencode:${password}`)}` } },
  );
  await answer.body?.cancel();
  assertEquals(answer.status, 200);
  world.twin.say({ text: "[[say second]]" });
  await world.sees(/^Done\n[^]*has lost this conversation's session[^]*second/);
  assert(!(await world.status()).includes(session));
  assertEquals(world.modelRuns("[[say second]]"), 1);
});

Deno.test("all of opencode's data lost between two runs: fresh sessions, said in each chat", async () => {
  await using world = await World.create();
  const first = await world.start();
  const group = world.twin.addGroup({ name: "team" });
  world.twin.say({ text: "[[say first]]" });
  world.twin.say({ text: "[[say theirs]]", chat: group.id, mentionBot: true });
  await world.sees(/^Done\n[^]*first/);
  await world.sees(/^Done\n[^]*theirs/, group.id);
  await first.kill("SIGTERM");
  await Deno.remove(join(world.dir, "home", ".local"), { recursive: true });
  await world.start();
  for (const chat of [world.twin.chat.id, group.id]) {
    world.twin.say({ text: "[[say once more]]", chat, mentionBot: true });
    await world.sees(/^Done\n[^]*has lost this conversation's session[^]*once more/, chat);
  }
});

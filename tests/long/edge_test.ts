import { World } from "../whole/harness.ts";
import { canMount, smallDisk } from "../whole/small_disk.ts";
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";

Deno.test({
  name: "a disk that fills up during a turn is told on the turn's message",
  ignore: !await canMount(),
  fn: async () => {
    await using world = await World.create();
    await using disk = await smallDisk(world.stateDir, 4);
    try {
      await world.start();
      world.twin.say({ text: "[[slow 12]]" });
      await world.sees(/1 2/);
      await disk.fill();
      await world.sees(/cannot save its state/, undefined, 40_000);
    } finally {
      await world.stop();
    }
  },
});

Deno.test("a message swallowed by a half-open connection is found in the history when the next is up", async () => {
  await using world = await World.create();
  const bridge = await world.start();
  world.twin.say({ text: "[[say known]]" });
  await world.sees(/^Done\n[^]*known/);
  world.twin.faults.halfOpen(true);
  world.twin.say({ text: "[[say meanwhile]]" });
  await bridge.lineTimes(/Feishu connection is up/, 2);
  await world.sees(/^Done\n[^]*meanwhile/, undefined, 15_000);
  assertEquals(world.modelRuns("meanwhile"), 1);
});

Deno.test("the first message of a chat that meets a hanging opencode waits for the next one", async () => {
  await using world = await World.create();
  await world.start();
  const { pid } = await world.server();
  Deno.kill(-pid, "SIGSTOP");
  world.twin.say({ text: "[[say patience]]" });
  await world.sees(/^(Failed|Done)\n/, undefined, 90_000);
  await world.sees(/^Done\n[^]*patience/, undefined, 1_000);
});

const HOUR = 3_600_000;
Deno.test("a history that cannot be read at once is read again: what was missed is not lost", async () => {
  await using world = await World.create();
  const first = await world.start();
  world.twin.say({ text: "[[say known]]" });
  await world.sees(/^Done\n[^]*known/);
  await first.kill("SIGTERM");
  world.twin.say({ text: "[[say missed]]", createdAt: world.twin.clock.now() - 1_000 });
  world.twin.clock.advance(10 * HOUR);
  world.twin.clock.advance(-10 * HOUR);
  world.twin.faults.fail({ match: /GET .*im\/v1\/messages/, status: 503 });
  await world.start();
  await world.sees(/missed/, undefined, 30_000);
});

async function ends(world: World): Promise<void> {
  await world.sees(/^(Interrupted|Failed)\n/, undefined, 45_000);
  world.twin.say({ text: "[[say next]]" });
  await world.sees(/^Done\n[^]*next/);
  await world.settled();
}

Deno.test("a session that is deleted in the middle of its turn ends the turn", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/1 2 3/);
  const { url, password } = await world.server();
  const [session = ""] = /ses_\w+/.exec(await world.status()) ?? [];
  const answer = await fetch(
    `${url}/session/${session}?directory=${encodeURIComponent(world.project)}`,
    {
      method: "DELETE",
      headers: { authorization: `Basic ${btoa(`opencode:${password}`)}` },
    },
  );
  assertEquals(await answer.json(), true);
  await ends(world);
});

Deno.test("an open turn whose session is lost with opencode's data ends after the restart", async () => {
  await using world = await World.create();
  const first = await world.start();
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/1 2 3/);
  const { pid } = await world.server();
  await first.kill("SIGKILL");
  Deno.kill(-pid, "SIGKILL");
  await Deno.remove(join(world.dir, "home", ".local"), { recursive: true });
  await world.start();
  await ends(world);
});

const HOURS_2 = 7_200_000;
Deno.test("a turn resumed two hours after its placeholder got through unheard completes that message", async () => {
  await using world = await World.create();
  const first = await world.start();
  // The message comes to be, and nothing that follows is heard of until the bridge is gone.
  world.twin.faults.fail({ match: /POST .*im\/v1\/messages$/, loseAnswer: true });
  world.twin.faults.fail({ match: /im\/v1\/messages/, status: 503, times: 1000 });
  world.twin.say({ text: "[[say hello there]]" });
  await world.twin.until(() => world.twin.botMessages().length === 1);
  while (world.modelRuns("hello there") < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  await first.kill("SIGKILL");
  world.twin.faults.clear();
  const kv = await Deno.openKv(join(world.stateDir, "state.db"));
  let open = 0;
  for await (const { key, value } of kv.list<Uint8Array>({ prefix: ["prompt"] })) {
    const prompt = JSON.parse(new TextDecoder().decode(value));
    prompt.slot.triedAt -= HOURS_2;
    if (prompt.slot.lastTriedAt) prompt.slot.lastTriedAt -= HOURS_2;
    await kv.set(key, new TextEncoder().encode(JSON.stringify(prompt)));
    open++;
  }
  kv.close();
  assertEquals(open, 1, "killed too late for this test");
  // For the bridge the placeholder is two hours old, by the clock of either side.
  world.twin.clock.advance(HOURS_2);
  await world.start();
  await world.sees(/^Done\n[^]*hello there/, undefined, 20_000);
  assertEquals(world.twin.botMessages().length, 1);
});

Deno.test("SIGTERM ends the program in 5 seconds while opencode takes long to start", async () => {
  await using world = await World.create();
  const slow = join(world.dir, "slow-opencode");
  await Deno.writeTextFile(slow, "#!/bin/sh\nexec sleep 30\n", { mode: 0o755 });
  const bridge = world.spawn([], { OPENCODE_CMD: slow });
  await bridge.line(/Feishu connection is up/);
  const began = performance.now();
  const status = await bridge.kill("SIGTERM").catch(() => undefined);
  const took = performance.now() - began;
  if (status === undefined) await bridge.kill("SIGKILL");
  assert(took < 5_000, `took ${took} ms`);
  assertEquals(status?.code, 0);
});

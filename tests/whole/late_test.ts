import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { type Bridge, World } from "./harness.ts";
import { type Scene, scenes } from "./scenes.ts";

const HOUR = 3_600_000;

Deno.test("what is late, recalled, or cut off by a restart runs only if it should", async (test) => {
  await using world = await World.create();
  const scene = scenes(test, world);
  const bridge = await world.start();
  await whileItRuns(world, scene);
  const another = await afterAKill(world, scene, bridge);
  await afterAStop(world, scene, another);
});

async function whileItRuns(world: World, scene: Scene): Promise<void> {
  await scene(
    "messages that come late are listed on one card, and run in order when somebody says so",
    async (person) => {
      const now = world.twin.clock.now();
      person.say("[[say first]]", { createdAt: now - 2 * HOUR });
      person.say("[[say second]]", { createdAt: now - HOUR });
      const card = await person.sees(/2 messages came late[^]*first[^]*second/);
      assertEquals(person.messages().length, 1);
      const { toast } = await person.click(card, "Run");
      assertEquals(toast?.content, "Run");
      await person.sees(/^Done\n[^]*first/);
      await person.sees(/^Done\n[^]*second/);
      await person.sees(/2 messages came late[^]*Running\./);
      assertEquals(world.twin.buttons(card.id), []);
      const { openId: user } = person;
      const again = await world.twin.click({ messageId: card.id, value: { ask: "x" }, user });
      assertEquals(again.toast?.content, "This question is over.");
    },
  );

  await scene(
    "recalling a prompt cancels its turn, or takes it out of the queue",
    async (person) => {
      const running = person.say("[[slow 400]]");
      await person.sees(/1 2 3/);
      const queued = person.say("[[say never]]");
      await person.sees(/^Queued/);
      world.twin.recall(queued);
      await person.sees(/^Cancelled\n.*out of the queue/);
      world.twin.recall(running);
      await person.sees(/^Cancelled\n[^]*1 2 3/);
      assertEquals(world.modelRuns("[[say never]]"), 0);
    },
  );

  await scene(
    "/status tells what runs, what waits, and how the connections are",
    async (person) => {
      person.say("[[bash sleep 60]]");
      await person.sees(/bash sleep 60 ▶️/);
      person.say("[[say later]]");
      await person.sees(/^Queued/);
      person.say("/status");
      const status = world.twin.plain(await person.sees(/Session: ses_/));
      assertMatch(status, /Turn: for \d+ s, running bash sleep 60/);
      for (
        const line of ["Queue: 1", "Model: scripted/scripted-1", "Feishu: connected", "1.18.33"]
      ) {
        assertStringIncludes(status, line);
      }
      person.say("/cancel all");
      await person.sees(/^Cancelled/);
    },
  );
}

/** opencode stays, and with it what runs there. Resolves with the bridge that runs in the end. */
async function afterAKill(world: World, scene: Scene, bridge: Bridge): Promise<Bridge> {
  await scene(
    "late messages are skipped by text, also after a restart, and never run",
    async (person) => {
      const createdAt = world.twin.clock.now() - HOUR;
      person.say("[[say stale order]]", { createdAt });
      await person.sees(/1 message came late/);
      await bridge.kill("SIGKILL");
      bridge = await world.start();
      person.say("maybe");
      await person.sees(/That is none of the answers to “1 message came late”[^]*several words/);
      person.say("skip");
      await person.sees(/1 message came late[^]*Skipped\./);
      assertEquals(world.modelRuns("stale order"), 0);
      assertEquals(person.shown().filter((text) => /came late[^]*Skipped/.test(text)).length, 1);
    },
  );

  await scene(
    "what was recalled while the bridge was away ends, or does not run",
    async (person) => {
      const running = person.say("[[slow 400]]");
      await person.sees(/^Working…[^]*1 2/);
      const recalled = person.say("[[say not after a restart]]");
      person.say("[[say after it]]");
      await world.twin.until(() =>
        person.shown().filter((text) => /^Queued/.test(text)).length === 2
      );
      await bridge.kill("SIGKILL");
      for (const id of [running, recalled]) world.twin.recall(id);
      bridge = await world.start();
      await person.sees(/^Cancelled\n[^]*1 2/);
      await person.sees(/^Cancelled\n.*out of the queue/);
      await person.sees(/^Done\n[^]*after it/);
      assertEquals(world.modelRuns("[[say not after a restart]]"), 0);
    },
  );
  return bridge;
}

async function afterAStop(world: World, scene: Scene, bridge: Bridge): Promise<void> {
  await scene(
    "a stopped bridge says on the message how to go on, as it does after the next start",
    async (person) => {
      person.say("[[slow 400]]");
      await person.sees(/1 2 3/);
      await bridge.kill("SIGTERM");
      await person.sees(/^Interrupted\n[^]*The bridge was stopped[^]*send “continue”/);
      bridge = await world.start();
      await person.sees(/^Interrupted\n[^]*Send “continue”/);
      assertEquals(person.messages().length, 1);
    },
  );

  await scene(
    "a queued prompt that somebody had run is not asked about again after a crash",
    async (person) => {
      person.say("[[slow 600 100]]");
      await person.sees(/1 2 3/);
      person.say("[[say asked about once]]");
      await person.sees(/^Queued/);
      await delay(10_500);
      await bridge.kill("SIGKILL");
      bridge = await world.start([], { BRIDGE_LATE_AFTER_S: "10" });
      const card = await person.sees(/1 message came late[^]*asked about once/);
      await person.click(card, "Run");
      await person.sees(/1 message came late[^]*Running/);
      await bridge.kill("SIGKILL");
      bridge = await world.start([], { BRIDGE_LATE_AFTER_S: "10" });
      person.say("/cancel");
      await person.sees(/^Done\n[^]*asked about once/);
      assertEquals(person.shown().filter((text) => /came late/.test(text)).length, 1);
      assertEquals(world.modelRuns("[[say asked about once]]"), 1);
    },
  );

  await scene(
    "what was written while the bridge was away is found in the history and asked about",
    async (person) => {
      person.say("[[say known]]");
      await person.sees(/^Done\n[^]*known/);
      await bridge.kill("SIGTERM");
      const createdAt = world.twin.clock.now() - 30_000;
      // Nobody is connected, and Feishu has given up on delivering it.
      const id = person.say("[[say missed]]", { createdAt });
      world.twin.clock.advance(10 * HOUR);
      world.twin.clock.advance(-10 * HOUR);
      bridge = await world.start([], { BRIDGE_LATE_AFTER_S: "10" });
      await person.sees(/1 message came late[^]*missed/);
      world.twin.redeliver(id);
      person.say("run");
      await person.sees(/^Done\n[^]*missed/);
      assertEquals(world.modelRuns("[[say missed]]"), 1);
      assertEquals(world.modelRuns("[[say known]]"), 1);
    },
  );

  await scene(
    "what was sent while the bridge was away is asked about, however young, and what it had is run",
    async (person) => {
      person.say("[[say I am known]]");
      await person.sees(/^Done\n[^]*I am known/);
      await bridge.kill("SIGKILL");
      person.say("[[say just missed]]");
      // Only time makes it older than what a quick restart forgives.
      await delay(10_000);
      bridge = await world.start();
      await person.sees(/1 message came late[^]*just missed/);
      person.say("[[slow 12 150]]");
      await person.sees(/^Working…[^]*1 2/);
      person.say("[[say queued]]");
      await person.sees(/^Queued/);
      await bridge.kill("SIGKILL");
      person.say("[[say quick]]");
      bridge = await world.start();
      await person.sees(/^Done\n[^]*queued/);
      await person.sees(/^Done\n[^]*quick/);
      assertEquals(world.modelRuns("[[say just missed]]"), 0);
      assertEquals(person.shown().filter((text) => /came late/.test(text)).length, 1);
    },
  );
}

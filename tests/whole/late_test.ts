import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { World } from "./harness.ts";

const HOUR = 3_600_000;

Deno.test("messages that come late are listed on one card, and run in order when somebody says so", async () => {
  await using world = await World.create();
  await world.start();
  const now = world.twin.clock.now();
  world.twin.say({ text: "[[say first]]", createdAt: now - 2 * HOUR });
  world.twin.say({ text: "[[say second]]", createdAt: now - HOUR });
  const card = await world.sees(/2 messages came late[^]*first[^]*second/);
  assertEquals(world.twin.botMessages().length, 1);
  const { toast } = await world.twin.click({ messageId: card.id, label: "Run" });
  assertEquals(toast?.content, "Run");
  await world.sees(/^Done\n[^]*first/);
  await world.sees(/^Done\n[^]*second/);
  await world.sees(/2 messages came late[^]*Running\./);
  assertEquals(world.twin.buttons(card.id), []);
  const again = await world.twin.click({ messageId: card.id, value: { ask: "x" } });
  assertEquals(again.toast?.content, "This question is over.");
});

Deno.test("late messages are skipped by text, also after a restart, and never run", async () => {
  await using world = await World.create();
  const first = await world.start();
  const createdAt = world.twin.clock.now() - HOUR;
  world.twin.say({ text: "[[say stale order]]", createdAt });
  await world.sees(/1 message came late/);
  await first.kill("SIGKILL");
  await world.start();
  world.twin.say({ text: "maybe" });
  await world.sees(/That is none of the answers/);
  world.twin.say({ text: "skip" });
  await world.sees(/1 message came late[^]*Skipped\./);
  assertEquals(world.modelRuns("stale order"), 0);
  assertEquals(world.shown().filter((text) => /came late/.test(text)).length, 1);
});

Deno.test("what was written while the bridge was away is found in the history and asked about", async () => {
  await using world = await World.create();
  const first = await world.start([], { BRIDGE_LATE_AFTER_S: "10" });
  world.twin.say({ text: "[[say known]]" });
  await world.sees(/^Done\n[^]*known/);
  await first.kill("SIGTERM");
  const createdAt = world.twin.clock.now() - 30_000;
  // Nobody is connected, and Feishu has given up on delivering it.
  const id = world.twin.say({ text: "[[say missed]]", createdAt });
  world.twin.clock.advance(10 * HOUR);
  world.twin.clock.advance(-10 * HOUR);
  await world.start([], { BRIDGE_LATE_AFTER_S: "10" });
  await world.sees(/1 message came late[^]*missed/);
  world.twin.redeliver(id);
  world.twin.say({ text: "run" });
  await world.sees(/^Done\n[^]*missed/);
  assertEquals(world.modelRuns("[[say missed]]"), 1);
  assertEquals(world.modelRuns("[[say known]]"), 1);
});

Deno.test("what was sent while the bridge was away is asked about, however young, and what it had is run", async () => {
  await using world = await World.create();
  const first = await world.start();
  world.twin.say({ text: "[[say known]]" });
  await world.sees(/^Done\n[^]*known/);
  await first.kill("SIGTERM");
  world.twin.say({ text: "[[say missed]]" });
  // Only time makes it older than what a quick restart forgives.
  await delay(10_000);
  const second = await world.start();
  await world.sees(/1 message came late[^]*missed/);
  world.twin.say({ text: "[[slow 12 150]]" });
  await world.sees(/^Working…[^]*1 2/);
  world.twin.say({ text: "[[say queued]]" });
  await world.sees(/^Queued/);
  await second.kill("SIGKILL");
  world.twin.say({ text: "[[say quick]]" });
  await world.start();
  await world.sees(/^Done\n[^]*queued/);
  await world.sees(/^Done\n[^]*quick/);
  assertEquals(world.modelRuns("[[say missed]]"), 0);
  assertEquals(world.shown().filter((text) => /came late/.test(text)).length, 1);
});

Deno.test("recalling a prompt cancels its turn, or takes it out of the queue", async () => {
  await using world = await World.create();
  await world.start();
  const running = world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/1 2 3/);
  const queued = world.twin.say({ text: "[[say never]]" });
  await world.sees(/^Queued/);
  world.twin.recall(queued);
  await world.sees(/^Cancelled\n.*out of the queue/);
  world.twin.recall(running);
  await world.sees(/^Cancelled\n[^]*1 2 3/);
  assertEquals(world.modelRuns("[[say never]]"), 0);
});

Deno.test("what was recalled while the bridge was away ends, or does not run", async () => {
  await using world = await World.create();
  const first = await world.start();
  const running = world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/^Working…[^]*1 2/);
  const recalled = world.twin.say({ text: "[[say never]]" });
  world.twin.say({ text: "[[say after it]]" });
  await world.twin.until(() => world.shown().filter((text) => /^Queued/.test(text)).length === 2);
  await first.kill("SIGKILL");
  for (const id of [running, recalled]) world.twin.recall(id);
  await world.start();
  await world.sees(/^Cancelled\n[^]*1 2/);
  await world.sees(/^Cancelled\n.*out of the queue/);
  await world.sees(/^Done\n[^]*after it/);
  assertEquals(world.modelRuns("[[say never]]"), 0);
});

Deno.test("/status tells what runs, what waits, and how the connections are", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[bash sleep 60]]" });
  await world.sees(/bash sleep 60 ▶️/);
  world.twin.say({ text: "[[say later]]" });
  await world.sees(/^Queued/);
  world.twin.say({ text: "/status" });
  const status = world.twin.plain(await world.sees(/Session: ses_/));
  assertMatch(status, /Turn: for \d+ s, running bash sleep 60/);
  for (const line of ["Queue: 1", "Model: scripted/scripted-1", "Feishu: connected", "1.18.33"]) {
    assertStringIncludes(status, line);
  }
});

Deno.test("a stopped bridge says on the message how to go on, as it does after the next start", async () => {
  await using world = await World.create();
  const first = await world.start();
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/1 2 3/);
  await first.kill("SIGTERM");
  await world.sees(/^Interrupted\n[^]*The bridge was stopped[^]*send “continue”/);
  await world.start();
  await world.sees(/^Interrupted\n[^]*Send “continue”/);
  assertEquals(world.twin.botMessages().length, 1);
});

/** A used-up month is said, pauses everything, and loses nothing, over a restart. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { World } from "./harness.ts";

const HOUR_MS = 3_600_000;

/** What a command says. */
async function said(world: World, ...args: string[]): Promise<string> {
  const command = world.spawn(args);
  await command.status;
  return command.lines.join("\n");
}

Deno.test("a month that is used up in the middle of a turn: it is said, and the answer comes once it is refilled", async () => {
  await using world = await World.create();
  const { twin } = world;
  const refused = () => twin.requests.filter(({ code }) => code === 99991403).length;
  const first = await world.start();
  twin.say({ text: "[[slow 20 200]]" });
  await world.sees(/1 2 3/);
  twin.faults.leaveCalls(0);
  await first.line(
    /this month's Feishu calls are used up: nothing is sent until .* 00:00 \(UTC\+8\)/,
  );
  await first.line(/turn \S+ done/);
  let status = "";
  const end = Date.now() + 20_000;
  while (!status.includes("Used up")) {
    assert(Date.now() < end, status);
    status = await said(world, "status");
  }
  assertMatch(status, /Feishu calls: \d+ this month, \d+ today\. Used up: nothing is sent until/);
  await first.kill("SIGKILL");
  const before = refused();
  assert(before >= 1 && before <= 3, String(before));

  // The count and the pause are stored: a restart does not try again at once.
  const second = await world.start();
  await second.line(/this month's Feishu calls are used up/);
  twin.say({ text: "and this?" });
  await second.lineTimes(/turn \S+ done/, 1);
  assertEquals(refused(), before);
  await second.kill("SIGKILL");

  assertMatch(await said(world, "doctor", "--offline"), /✗ Feishu calls[^\n]* Used up/);

  twin.faults.leaveCalls(1_000);
  twin.clock.advance(HOUR_MS);
  await world.start();
  await world.sees(/20/);
  await twin.until(() => world.shown().filter((text) => /^Done/.test(text)).length === 2, {
    timeoutMs: 60_000,
  });
  await world.settled();
  assertEquals(twin.botMessages().filter((one) => /\b19 20\b/.test(twin.plain(one))).length, 1);
});

Deno.test("a month that is used up before the start: what groups ask is taken at once, and answered once it is refilled", async () => {
  await using world = await World.create();
  const { twin } = world;
  const group = twin.addGroup().id;
  const first = await world.start();
  twin.say({ text: "[[say before]]", chat: group, mentionBot: true });
  await world.sees(/before/, group);
  await world.settled(group);
  await first.kill("SIGKILL");

  twin.faults.leaveCalls(0);
  const second = await world.start();
  twin.say({ text: "[[say in the meantime]]", chat: group, mentionBot: true });
  twin.say({ text: "not for the bot", chat: group });
  await second.lineTimes(/turn \S+ done/, 1);
  assertEquals(second.lines.filter((line) => line.includes("recv from")).length, 1);
  assert(twin.acks.every(({ code }) => code === 200));

  twin.faults.leaveCalls(1_000);
  twin.clock.advance(HOUR_MS);
  await second.kill("SIGKILL");
  await world.start();
  await world.sees(/Done[^]*in the meantime/, group, 60_000);
});

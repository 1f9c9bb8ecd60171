/** What is scheduled runs by itself, once, over kill -9. */
import { assertEquals, assertMatch } from "@std/assert";
import { World } from "./harness.ts";

Deno.test("a schedule runs in a session of its own, once, also over kill -9", async () => {
  await using world = await World.create();
  const { twin } = world;
  const first = await world.start();
  twin.say({ text: "[[say before]]" });
  await world.sees(/^Done\n[^]*before/);
  const session = await sessionOf(world);
  twin.say({ text: "/every weekday at 9: [[slow 20 200]] daily" });
  const card = await world.sees(/⏰ Scheduled “every weekday at 9”: “\[\[slow 20 200\]\] daily”/);
  assertMatch(twin.plain(card), /Next: \w{3} 20\d\d-\d\d-\d\d 09:00, then [^]*time zone/);
  twin.say({ text: "/schedule run 1" });
  await world.sees(/^Working…\n⏰ Runs “every weekday at 9”: [^]*\n1 2 3/);
  await first.kill("SIGKILL");

  await world.start();
  await world.sees(/^Done\n⏰ Runs [^]* 20\b/);
  await world.settled();
  assertEquals(world.modelRuns("daily"), 1);
  assertEquals(await sessionOf(world), session);
});

/** The session of the conversation. */
async function sessionOf(world: World): Promise<string> {
  return /Session: (ses_\w+)/.exec(await world.status())?.[1] ?? "";
}

/** SPEC 8.1: what is scheduled runs by itself, once, over kill -9; what was missed is offered, not run. */
import { assertEquals, assertMatch } from "@std/assert";
import type { Schedule } from "../../lib/model/schedule.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { World } from "./harness.ts";

Deno.test("a schedule runs in a session of its own, once over kill -9, and offers what it missed", async () => {
  await using world = await World.create();
  const { twin } = world;
  const first = await world.start();
  twin.say({ text: "[[say before]]" });
  await world.sees(/^Done\n[^]*before/);
  const session = await sessionOf(world);
  twin.say({ text: "/every weekday at 9: [[slow 12 150]] daily" });
  const card = await world.sees(/⏰ Scheduled “every weekday at 9”: “\[\[slow 12 150\]\] daily”/);
  assertMatch(twin.plain(card), /Next: \w{3} 20\d\d-\d\d-\d\d 09:00, then [^]*time zone/);
  twin.say({ text: "/schedule run 1" });
  await world.sees(/^Working…\n⏰ Runs “every weekday at 9”: [^]*\n1 2 3/);
  await first.kill("SIGKILL");

  const second = await world.start();
  await world.sees(/^Done\n⏰ Runs [^]* 12\b/);
  await world.settled();
  assertEquals(world.modelRuns("daily"), 1);
  assertEquals(await sessionOf(world), session);
  await second.kill("SIGTERM");

  // The machine was off at its time.
  await moved(world, Date.now() - 3_600_000);
  await world.start();
  const missed = await world.sees(/1 scheduled run was missed[^]*1 h 0 min ago: ⏰ \[\[slow 12/);
  await twin.click(button(world, missed.id, "Skip"));
  await world.sees(/1 scheduled run was missed[^]*Skipped\./);
  await world.settled();
  assertEquals(world.modelRuns("daily"), 1);
});

/** Has the only schedule be due at another time, while no program runs. */
async function moved(world: World, nextAt: number): Promise<void> {
  const { store } = await openStore(world.stateDir);
  try {
    const schedules = (await store.schedules.list()).map(({ conversation, id }) => ({
      ...{ conversation, id },
      change: (now?: Schedule) => now && { ...now, nextAt },
    }));
    await store.commit({ schedules });
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

function button({ twin }: World, messageId: string, label: string) {
  const value = twin.buttons(messageId).find((one) => one.label === label)?.value ?? {};
  return { messageId, value, user: twin.user.openId };
}

/** The session of the conversation. */
async function sessionOf(world: World): Promise<string> {
  return /Session: (ses_\w+)/.exec(await world.status())?.[1] ?? "";
}

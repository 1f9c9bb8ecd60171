/** A message of its own announces the end of a turn, by the setting, `/notify` and `/notify once`. */
import { assertEquals, assertMatch } from "@std/assert";
import { World } from "./harness.ts";

Deno.test("the end of a turn is announced as it is set, also over kill -9, with a mention in a group", async () => {
  await using world = await World.create();
  const { twin } = world;
  const group = twin.addGroup().id;
  const env = { BRIDGE_NOTIFY: "always" };
  const first = await world.start([], env);
  twin.say({ text: "[[say hello]]", chat: group, mentionBot: true });
  await world.sees(/^@\S+ ✅ Done in \d+ s$/, group);
  const [card, ping] = twin.botMessages(group);
  assertEquals([ping?.replyTo, ping?.mentions.map((one) => one.openId)], [card?.id, [
    twin.user.openId,
  ]]);

  twin.say({ text: "/notify never" });
  await world.sees(/pings you here: never/);
  twin.say({ text: "[[say quietly]]" });
  await world.sees(/^Done\nquietly/);
  twin.say({ text: "[[slow 15 200]] this one" });
  await world.sees(/^Working…\n1 2/);
  twin.say({ text: "/notify once" });
  await world.sees(/ping when this turn ends/);
  await first.kill("SIGKILL");
  await world.start([], env);
  const told = await world.sees(/^✅ Done in/);
  await world.settled();
  const all = twin.botMessages().filter((one) => /^✅/.test(twin.plain(one)));
  assertEquals(all.map(({ id }) => id), [told.id]);
  assertMatch(twin.plain(twin.message(told.replyTo ?? "")), /^Done\n[^]*15/);
});

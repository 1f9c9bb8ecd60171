import { assert, assertEquals, assertMatch } from "@std/assert";
import { object } from "../../lib/base/json.ts";
import { World } from "./harness.ts";

Deno.test("with CardKit one card is typed, also over a kill -9, and stops streaming at its end", async () => {
  await using world = await World.create({ cardkit: true, extras: true });
  const bridge = await world.start();
  const typed = () => world.twin.requests.filter(({ path }) => path.endsWith("/content")).length;
  const streams = () =>
    world.twin.botMessages().map(({ content }) =>
      object(object(content).config).streaming_mode === true
    );
  world.twin.say({ text: "[[bash echo from-the-tool]] [[slow 60 100]]" });
  await world.sees(/bash echo from-the-tool ✅[^]*1 2 3/);
  await world.twin.until(() => typed() >= 4);
  assertEquals(streams(), [true]);
  await bridge.kill("SIGKILL");
  await world.start();
  const answer = await world.sees(/^Done[^]* 58 59 60\n/);
  await world.settled();
  assertMatch(world.twin.plain(answer), /bash echo from-the-tool ✅/);
  assertEquals(world.shown().filter((text) => /1 2 3/.test(text)).length, 1);
  assert(streams().every((on) => !on));
  // Follow-ups are refused when the question of this test for the status comes before them.
  const refused = world.twin.requests.filter(({ code, path }) =>
    code !== 0 && code !== undefined && !path.endsWith("/push_follow_up")
  );
  assertEquals(refused, []);
});

/** Waiting for a model's quota, with the real opencode. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { World } from "./harness.ts";

Deno.test("a model's limit of hours is told by the clock, outlives the bridge, and is stopped at once", async () => {
  await using world = await World.create();
  const { twin } = world;
  const bridge = await world.start();
  twin.say({ text: "[[error 429 1 10800]] [[say after]]" });
  const waits = /^Working…[^]*\(Rate limit reached\)[^]*goes on by itself at .*in about 3 h/;
  const card = await world.sees(waits);
  assertMatch(
    await world.status(),
    /waiting for the model until .*in about 3 h: Rate limit reached/,
  );
  // Its opencode goes on to wait, and the next bridge takes it over.
  await bridge.kill("SIGKILL");
  await world.start();
  const again = performance.now();
  while (!/waiting for the model until .*: Rate limit reached/.test(await world.status())) {
    assert(performance.now() - again < 20_000, await world.status());
  }
  assertMatch(twin.plain(card), waits);
  assertEquals(world.modelRuns("[[say after]]"), 1);
  const stoppedAt = performance.now();
  await twin.click({ messageId: card.id, label: "Stop" });
  await world.sees(/^Cancelled/);
  assert(performance.now() - stoppedAt < 10_000, "it stops at once");
  await world.settled();
});

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { World } from "./harness.ts";

Deno.test("the final answer arrives once after Feishu was away at the end of the turn", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[slow 6]]" });
  await world.sees(/^Working…[^]*1 2/);
  world.twin.faults.fail({ match: /messages/, status: 503, html: true, times: 8 });
  await world.sees(/^Done[^]*1 2 3 4 5 6\n/, undefined, 90_000);
  assertEquals(world.twin.botMessages().length, 1);
});

Deno.test("an answer whose request got through unheard is not sent twice", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.faults.fail({ match: /POST .*messages/, loseAnswer: true, times: 2 });
  world.twin.say({ text: "[[say hello]]" });
  await world.sees(/^Done\n[^]*hello/);
  world.twin.faults.fail({ match: /POST .*messages/, loseAnswer: true });
  world.twin.say({ text: "/help" });
  world.twin.say({ text: "/cwd" });
  await world.sees(/The directory is/);
  await world.sees(/`\/cancel`/);
  await world.settled();
  assertEquals(world.shown().filter((text) => !text.includes("Undelivered: ")).length, 3);
});

for (const fault of ["drop", "reset"] as const) {
  Deno.test(`the long connection comes back after a ${fault}`, async () => {
    await using world = await World.create();
    await world.start();
    world.twin.faults[fault]();
    await world.twin.until(() => world.twin.connections() === 0);
    await world.twin.until(() => world.twin.connections() === 1);
    world.twin.say({ text: "[[say still here]]" });
    await world.sees(/^Done\n[^]*still here/);
  });
}

Deno.test("rate limits and slow answers delay an answer, and nothing else", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.faults.delay(300);
  world.twin.faults.fail({ match: /messages/, status: 429, retryAfterS: 1, times: 3 });
  world.twin.say({ text: "[[slow 4]]" });
  await world.sees(/^Done[^]*1 2 3 4\n/);
  assertEquals(world.twin.botMessages().length, 1);
});

Deno.test("a card that Feishu refuses goes out as rich text", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.faults.refuseCards({});
  world.twin.say({ text: "[[say plain is fine]]" });
  const answer = await world.sees(/Done[^]*plain is fine/);
  assertEquals(answer.type, "post");
  assertEquals(world.twin.botMessages().length, 1);
});

Deno.test("a card refused only at the end gives way to rich text, and says so", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.faults.refuseCards({ match: /unacceptable/ });
  world.twin.say({ text: "[[slow 3]] [[say unacceptable]]" });
  const answer = await world.sees(/Done[^]*unacceptable/);
  assertEquals(answer.type, "post");
  await world.sees(/the answer is in the next message/);
});

for (const mode of ["post", "text"]) {
  Deno.test(`BRIDGE_RENDER=${mode} shows a long turn within the 20 edits of a message`, async () => {
    await using world = await World.create();
    await world.start([], { BRIDGE_RENDER: mode });
    world.twin.say({ text: "[[slow 60 60]]" });
    const answer = await world.sees(/Done[^]* 59 60\n/);
    assertEquals(answer.type, mode);
    assertEquals(world.twin.botMessages().length, 1);
    assert(answer.edits.length > 2 && answer.edits.length <= 20);
  });
}

Deno.test("a killed bridge leaves the turn running, and the next one completes the same message", async () => {
  await using world = await World.create();
  const first = await world.start();
  world.twin.say({ text: "[[slow 30]]" });
  await world.sees(/^Working…[^]*1 2/);
  await first.kill("SIGKILL");
  await world.start();
  await world.sees(/^Done[^]* 29 30\n/);
  assertEquals(world.twin.botMessages().length, 1);
  assertEquals(world.modelRuns("[[slow 30]]"), 1);
});

Deno.test("errors of the model are shown as what they are", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[error 401]]" });
  assertStringIncludes(
    world.twin.plain(await world.sees(/^Failed/)),
    "Incorrect API key provided (HTTP 401)",
  );
  world.twin.say({ text: "[[empty]]" });
  await world.sees(/^Done[^]*empty answer/);
});

Deno.test("opencode's death is said, and the next message starts it again", async () => {
  await using world = await World.create();
  const bridge = await world.start();
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/^Working…[^]*1 2/);
  const { pid } = JSON.parse(await Deno.readTextFile(`${world.stateDir}/opencode.json`));
  Deno.kill(-pid, "SIGKILL");
  await world.sees(/^Interrupted[^]*Send “continue”/);
  world.twin.say({ text: "[[say back again]]" });
  await world.sees(/^Done\n[^]*back again/);
  assertMatch(bridge.lines.join("\n"), /opencode ended with code/);
});

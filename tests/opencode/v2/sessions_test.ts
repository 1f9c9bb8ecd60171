/** What is done with sessions between turns, on a server that keeps to the contract of opencode 2. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../../lib/base/errors.ts";
import type { SessionRef } from "../../../lib/model/session.ts";
import { asked, DIRECTORY, World } from "./stand_in_world.ts";

/** Runs a prompt to its end; resolves with its id. */
async function prompt(
  world: World,
  session: SessionRef,
  text: string,
  choice?: Parameters<World["turn"]>[2],
): Promise<string> {
  const { run, followed } = await world.turn(session, { text }, choice);
  await world.end(followed);
  followed.close();
  return run.userMessageId;
}

Deno.test("a session is renamed and copied, and both go on for themselves", async () => {
  await using world = new World();
  const { opencode, signal } = world;
  const session = await world.session();
  await assertRejects(() => opencode.fork(session, undefined, signal), ApiError, "no messages");
  await prompt(world, session, "[[say one]]");
  const second = await prompt(world, session, "[[say two]]");
  await opencode.rename(session, "Mine", signal);
  assertEquals((await opencode.session(session, signal))?.title, "Mine");
  const half = await opencode.fork(session, second, signal);
  const whole = await opencode.fork(half, undefined, signal);
  assertEquals([half.title, whole.title], ["Mine (fork #1)", "Mine (fork #2)"]);
  await prompt(world, half, "[[say three]]");
  const texts = async (ref: SessionRef) =>
    (await opencode.exportTurns(ref, signal))?.map(({ prompt, reading }) => [prompt, reading.text]);
  const one = ["[[say one]]", "one"];
  assertEquals(await texts(session), [one, ["[[say two]]", "two"]]);
  assertEquals(await texts(half), [one, ["[[say three]]", "three"]]);
  assertEquals(await texts(whole), [one]);
  assertEquals((await opencode.sessions(DIRECTORY, signal)).length, 3);
});

Deno.test("an undone turn is not exported", async () => {
  await using world = new World();
  const { opencode, signal } = world;
  const session = await world.session();
  await prompt(world, session, "[[bash date]] [[say one]]");
  await opencode.rewind(session, await prompt(world, session, "[[say two]]"), signal);
  const [turn, ...more] = await opencode.exportTurns(session, signal) ?? [];
  assertEquals(more, []);
  assertEquals(turn?.reading.tools.map(({ tool, state }) => [tool, state]), [[
    "bash",
    "completed",
  ]]);
  const lost = { ...session, id: `ses_${"0".repeat(26)}` };
  assertEquals(await opencode.exportTurns(lost, signal), undefined);
});

Deno.test("what was always allowed is listed and taken back, and asked about again", async () => {
  await using world = new World();
  const { opencode, signal } = world;
  const session = await world.session();
  const text = "[[ask touch a]]";
  const always = async () => {
    const { followed } = await world.turn(session, { text });
    const { id } = await asked(followed);
    await opencode.decide(DIRECTORY, id, { reply: "always" }, signal);
    await world.end(followed);
  };
  await always();
  await prompt(world, session, text);
  const [rule, ...more] = await opencode.savedRules(DIRECTORY, signal) ?? [];
  assert(rule?.since !== undefined);
  assertEquals([rule.permission, rule.pattern, more], ["bash", "touch a", []]);
  for (let i = 0; i < 2; i++) {
    assertEquals(await opencode.forgetRules(DIRECTORY, [rule.id], signal), true);
  }
  assertEquals(await opencode.savedRules(DIRECTORY, signal), []);
  await always();
});

Deno.test("a model thinks as hard as was chosen with it, until something else is", async () => {
  await using world = new World();
  const { opencode, signal } = world;
  const session = await world.session();
  const model = "fake/m1";
  assertEquals(await opencode.efforts(DIRECTORY, model, signal), ["low", "high"]);
  assertEquals(await opencode.efforts(DIRECTORY, "fake/m2", signal), []);
  const after = async (choice: Parameters<World["turn"]>[2]) => {
    await prompt(world, session, "[[say x]]", choice);
    const { model, effort } = await opencode.session(session, signal) ?? {};
    return [model, effort];
  };
  assertEquals(await after({ model, effort: "high" }), [model, "high"]);
  assertEquals(await after({}), [model, "high"]);
  assertEquals(await after({ model }), [model, undefined]);
});

Deno.test("it does not publish sessions, and says so", async () => {
  await using world = new World();
  const { opencode, signal } = world;
  assertEquals(await opencode.canShare(signal), false);
  const session = await world.session();
  await assertRejects(() => opencode.share(session, signal), ApiError, "does not publish");
});

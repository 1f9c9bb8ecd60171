import { assert, assertEquals, assertMatch } from "@std/assert";
import { World } from "./harness.ts";
import { Person, scenes } from "./scenes.ts";

Deno.test("only those are served who may be", async (test) => {
  await using world = await World.create();
  const env = { FEISHU_ALLOWED_USERS: "pair" };
  let bridge = await world.start([], env);
  const scene = scenes(test, world);

  await scene("people are let in by the code on the terminal, once and for all", async (person) => {
    person.say("[[say too early]]");
    await person.sees(/Send the pairing code/);
    const [, code = ""] = /pairing code: (\d{4} \d{4})/.exec(
      await bridge.line(/pairing code: /),
    ) ?? [];
    const wrong = code.startsWith("0000") ? "1111 1111" : "0000 0000";
    person.say(wrong);
    await person.sees(/That is not the code\. 4 more tries\./);
    person.say(code);
    await person.sees(/You may use the bot now/);
    person.say("[[say let in]]");
    await person.sees(/^Done\n[^]*let in/);
    const stranger = Person.join(world, "Mallory");
    stranger.say(code);
    await stranger.sees(/That is not the code/);
    await bridge.kill("SIGTERM");
    bridge = await world.start([], env);
    person.say("[[say still in]]");
    await person.sees(/^Done\n[^]*still in/);
    assertEquals(world.modelRuns("too early"), 0);
  });

  await scene("five wrong codes lock the door", async (person) => {
    for (let i = 0; i < 5; i++) person.say("00000000");
    await person.sees(/Too many wrong codes/);
    assertMatch(await bridge.line(/pairing is locked/), /5 wrong codes/);
  });

  await scene("a stranger gets one polite line, and nothing runs", async (person) => {
    await bridge.kill("SIGKILL");
    bridge = await world.start([], { FEISHU_ALLOWED_USERS: person.openId });
    const stranger = Person.join(world, "Mallory");
    for (const text of ["[[say hacked]]", "/status", "[[say again]]"]) stranger.say(text);
    await stranger.sees(new RegExp(stranger.openId));
    person.say("[[say mine]]");
    await person.sees(/^Done\n[^]*mine/);
    assertEquals(stranger.messages().length, 1);
    assertEquals(world.modelRuns("hacked"), 0);
    assert(bridge.lines.some((line) => line.includes(stranger.openId) && line.includes("refused")));
  });
});

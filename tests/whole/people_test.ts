import { assert, assertEquals, assertMatch } from "@std/assert";
import { World } from "./harness.ts";

Deno.test("people are let in by the code on the terminal, once and for all", async () => {
  await using world = await World.create();
  const env = { FEISHU_ALLOWED_USERS: "pair" };
  const first = await world.start([], env);
  const { twin } = world;
  twin.say({ text: "[[say too early]]" });
  await world.sees(/Send the pairing code/);
  const [, code = ""] = /pairing code: (\d{4} \d{4})/.exec(await first.line(/pairing code: /)) ??
    [];
  const wrong = code.startsWith("0000") ? "1111 1111" : "0000 0000";
  twin.say({ text: wrong });
  await world.sees(/That is not the code\. 4 more tries\./);
  twin.say({ text: code });
  await world.sees(/You may use the bot now/);
  twin.say({ text: "[[say let in]]" });
  await world.sees(/^Done\n[^]*let in/);
  const stranger = twin.addUser("Mallory");
  twin.say({ text: code, user: stranger.openId });
  await world.sees(/That is not the code/, twin.directChat(stranger.openId).id);
  await first.kill("SIGTERM");
  await world.start([], env);
  twin.say({ text: "[[say still in]]" });
  await world.sees(/^Done\n[^]*still in/);
  assertEquals(world.modelRuns("too early"), 0);
});

Deno.test("five wrong codes lock the door", async () => {
  await using world = await World.create();
  const bridge = await world.start([], { FEISHU_ALLOWED_USERS: "pair" });
  for (let i = 0; i < 5; i++) world.twin.say({ text: "00000000" });
  await world.sees(/Too many wrong codes/);
  assertMatch(await bridge.line(/pairing is locked/), /5 wrong codes/);
});

Deno.test("a stranger gets one polite line, and nothing runs", async () => {
  await using world = await World.create();
  const bridge = await world.start([], { FEISHU_ALLOWED_USERS: world.twin.user.openId });
  const stranger = world.twin.addUser("Mallory");
  const chat = world.twin.directChat(stranger.openId).id;
  for (const text of ["[[say hacked]]", "/status", "[[say again]]"]) {
    world.twin.say({ text, user: stranger.openId });
  }
  await world.sees(new RegExp(stranger.openId), chat);
  world.twin.say({ text: "[[say mine]]" });
  await world.sees(/^Done\n[^]*mine/);
  assertEquals(world.twin.botMessages(chat).length, 1);
  assertEquals(world.modelRuns("hacked"), 0);
  assert(bridge.lines.some((line) => line.includes(stranger.openId) && line.includes("refused")));
});

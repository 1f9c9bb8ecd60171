import { assertEquals, assertMatch } from "@std/assert";
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

Deno.test("in a topic the answer stays in it, and the topic has a session of its own", async () => {
  await using world = await World.create();
  await world.start();
  const { twin } = world;
  const group = twin.addGroup({ name: "topics", mode: "topic" });
  const question = twin.say({ text: "[[say in here]]", chat: group.id, mentionBot: true });
  const answer = await world.sees(/^Done\n[^]*in here/, group.id);
  assertEquals(answer.threadId, twin.message(question).threadId);
  twin.say({ text: "/status", replyTo: question, mentionBot: true });
  const status = await world.sees(/Session: ses_/, group.id);
  assertEquals(status.threadId, answer.threadId);
  twin.say({ text: "/status" });
  await world.sees(/Session: none yet/);
});

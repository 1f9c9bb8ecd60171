import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { isAlive } from "../../lib/opencode/process.ts";
import { gone } from "../processes.ts";
import { World } from "./harness.ts";

Deno.test("a message is answered by one message that grows, with its tool calls", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[bash echo from-the-tool]] [[slow 12]]" });
  await world.sees(/Working…/);
  await world.sees(/bash echo from-the-tool ✅[^]*1 2 3/);
  const answer = await world.sees(/^Done[^]*1 2 3 4 5 6 7 8 9 10 11 12\n/);
  assertEquals(world.twin.botMessages().length, 1);
  assert(answer.edits.length >= 3, `grew in ${answer.edits.length} edits`);
  assertStringIncludes(world.twin.plain(answer), "scripted/scripted-1");
});

Deno.test("what the agent changed is listed, with paths inside the directory", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[write notes.txt hello]]" });
  const answer = world.twin.plain(await world.sees(/^Done/));
  assertStringIncludes(answer, "✏️ write notes.txt ✅");
  assertStringIncludes(answer, "`notes.txt` +1 −0");
  assertEquals(await Deno.readTextFile(join(world.project, "notes.txt")), "hello");
});

Deno.test("prompts wait in the queue; /cancel ends the turn with its tool and keeps the queue", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[bash echo $$ > pid; exec sleep 300]]" });
  await world.sees(/bash .* ▶️/);
  const pid = Number(await world.written("pid"));
  assert(isAlive(pid));
  world.twin.say({ text: "[[say the second one]]" });
  await world.sees(/Queued[^]*1 before this one/);
  world.twin.say({ text: "/cancel" });
  await world.sees(/^Cancelled/);
  await world.sees(/^Done\n[^]*the second one/);
  await gone(pid);
});

Deno.test("/cancel all empties the queue too", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/1 2 3/);
  world.twin.say({ text: "[[say never]]" });
  await world.sees(/^Queued/);
  world.twin.say({ text: "/cancel all" });
  await world.twin.until(() =>
    world.shown().filter((text) => /^Cancelled/.test(text)).length === 2
  );
  assertEquals(world.modelRuns("[[say never]]"), 0);
});

Deno.test("a restart keeps the conversation's session and directory", async () => {
  await using world = await World.create();
  const other = join(world.dir, "other");
  await Deno.mkdir(other);
  const first = await world.start();
  world.twin.say({ text: `/cwd ${other}` });
  await world.sees(/Now in .*other/);
  world.twin.say({ text: "[[write here.txt x]]" });
  await world.sees(/^Done/);
  world.twin.say({ text: "/status" });
  const [session] = /ses_\w+/.exec(world.twin.plain(await world.sees(/Session: ses_/))) ?? [];
  assertEquals((await first.kill("SIGTERM")).code, 0);
  await world.start();
  const before = world.twin.botMessages().length;
  world.twin.say({ text: "[[write there.txt y]]" });
  await world.twin.until(() => world.shown().slice(before).some((text) => /^Done/.test(text)));
  world.twin.say({ text: "/status" });
  await world.twin.until(() =>
    world.shown().slice(before).some((text) => session && text.includes(session))
  );
  await Deno.stat(join(other, "here.txt"));
  await Deno.stat(join(other, "there.txt"));
});

Deno.test("a message that is delivered again runs once, also after a restart", async () => {
  await using world = await World.create();
  const first = await world.start();
  const id = world.twin.say({ text: "[[say once]]" });
  world.twin.redeliver(id);
  await world.sees(/^Done\n[^]*once/);
  world.twin.redeliver(id);
  await first.kill("SIGTERM");
  await world.start();
  world.twin.redeliver(id);
  world.twin.say({ text: "[[say the end]]" });
  await world.sees(/^Done\n[^]*the end/);
  assertEquals(world.modelRuns("[[say once]]"), 1);
  assertEquals(world.shown().filter((text) => /once/.test(text)).length, 1);
});

Deno.test("a stranger gets one polite line, and nothing runs", async () => {
  await using world = await World.create();
  const bridge = await world.start();
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

Deno.test("in a group only a mention counts, and the answer stays with the question", async () => {
  await using world = await World.create();
  await world.start();
  const group = world.twin.addGroup({ name: "team" });
  const unheard = world.twin.say({ text: "[[say unheard]]", chat: group.id, mentionAll: true });
  world.twin.redeliver(unheard);
  const question = world.twin.say({ text: "[[say heard]]", chat: group.id, mentionBot: true });
  const answer = await world.sees(/^Done\n[^]*heard/, group.id);
  assertEquals(answer.replyTo, question);
  assertEquals(world.modelRuns("[[say unheard]]"), 0);
});

Deno.test("conversations run side by side, each in its own session", async () => {
  await using world = await World.create();
  await world.start();
  const group = world.twin.addGroup({ name: "team" });
  world.twin.say({ text: "[[slow 60]]" });
  await world.sees(/1 2 3/);
  world.twin.say({ text: "[[say meanwhile]]", chat: group.id, mentionBot: true });
  await world.sees(/^Done\n[^]*meanwhile/, group.id);
  assertMatch(world.shown()[0] ?? "", /^Working…/);
});

Deno.test("SIGTERM ends the program with code 0 within 5 seconds, and opencode with it", async () => {
  await using world = await World.create();
  const bridge = await world.start();
  world.twin.say({ text: "[[bash echo $$ > pid; exec sleep 300]]" });
  await world.sees(/bash .* ▶️/);
  const tool = Number(await world.written("pid"));
  const { pid } = JSON.parse(await Deno.readTextFile(join(world.stateDir, "opencode.json")));
  const began = performance.now();
  assertEquals((await bridge.kill("SIGTERM")).code, 0);
  assert(performance.now() - began < 5_000);
  await gone(pid, 500);
  await gone(tool, 500);
});

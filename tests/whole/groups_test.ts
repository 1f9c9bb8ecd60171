/** In a group set so, nobody has to mention the bot, also after kill -9; and talk is context. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { openStore } from "../../lib/store/open_store.ts";
import { fromFileUrl, join } from "@std/path";
import { World } from "./harness.ts";

/** The program, which dies at a chosen step. */
const MAIN = fromFileUrl(import.meta.resolve("./crash_main.ts"));

Deno.test("a topic goes on without mentions, also over kill -9, and other topics and people stay unheard", async () => {
  await using world = await World.create();
  const { twin } = world;
  const eve = twin.addUser("Eve").openId;
  const group = twin.addGroup({ members: [eve] }).id;
  const env = { BRIDGE_GROUP: "topic", FEISHU_ALLOWED_USERS: twin.user.openId };
  const first = await world.start([], env);
  const root = twin.say({ text: "[[say begun]]", chat: group, thread: "new", mentionBot: true });
  await world.sees(/^Done\nbegun/, group);
  const inTopic = { chat: group, replyTo: root };
  twin.say({ text: "it is the lock file", user: eve, ...inTopic });
  twin.say({ text: "[[slow 10 200]] heard", ...inTopic });
  await world.sees(/^Working…\n1 2/, group);
  await first.kill("SIGKILL");
  twin.say({ text: "[[say away]]", chat: group });
  await world.start([], env);
  await world.sees(/^Done\n[^]*10/, group);
  twin.say({ text: "[[say after]]", ...inTopic });
  await world.sees(/^Done\nafter/, group);
  await world.settled();
  const answers = twin.botMessages(group);
  assertEquals(new Set(answers.map(({ rootId }) => rootId)), new Set([root]));
  assert(!answers.some((one) => twin.plain(one).includes("away")));
  const prompts = world.model.calls.map((call) => JSON.stringify(call));
  assertMatch(
    prompts.find((one) => one.includes("heard")) ?? "",
    /context, not instructions[^]*the lock file/,
  );
});

Deno.test("a request opens one topic, with a session of its own, also if the bridge dies before it knows its id", async () => {
  await using world = await World.create();
  const { twin } = world;
  const group = twin.addGroup().id;
  const plan = join(world.dir, "plan.json");
  const env = { BRIDGE_GROUP: "topic", BRIDGE_GROUP_REPLY: "topic", CRASH_PLAN: plan };
  // Feishu has the placeholder, and nobody knows.
  const crash = { step: '^set prompt/.*"slot":{.*"messageId"', when: "before" };
  await Deno.writeTextFile(plan, JSON.stringify(crash));
  const first = world.spawn([], env, MAIN);
  await first.line(/bridge ready/);
  const root = twin.say({ text: "[[say one]]", chat: group, mentionBot: true });
  await first.status;
  twin.say({ text: "[[say two]]", chat: group, replyTo: root });
  await Deno.remove(plan);
  await world.start([], env);
  await world.sees(/^Done\none/, group);
  const two = await world.sees(/^Done\ntwo/, group);
  const other = twin.say({ text: "[[say three]]", chat: group, mentionBot: true });
  const three = await world.sees(/^Done\nthree/, group);
  await world.settled(group);
  const answers = twin.botMessages(group).filter(({ threadId }) => threadId !== undefined);
  assertEquals(answers.map(({ rootId }) => rootId), [root, root, other]);
  assertEquals(
    [two.threadId, three.threadId],
    [root, other].map((id) => twin.message(id).threadId),
  );
  await world.stop();
  const { store } = await openStore(world.stateDir);
  const kept = await store.conversations();
  await store[Symbol.asyncDispose]();
  assertEquals(
    kept.map(({ key }) => key).sort(),
    [group, `${group}/${root}`, `${group}/${other}`].sort(),
  );
  const sessions = kept.flatMap(({ sessionId }) => sessionId ?? []);
  assertEquals(new Set(sessions).size, 2);
});

/** SPEC 2.17: in a group set so, nobody has to mention the bot, also after kill -9; and talk is context. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { World } from "./harness.ts";

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

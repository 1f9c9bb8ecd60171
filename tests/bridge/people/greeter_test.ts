/** Who opens the chat is greeted, and a group that the bot joins. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UNASKED } from "../../../lib/bridge/people/allowance.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { tempDir } from "../../helpers.ts";
import { startRouter } from "../start_router.ts";

const arrivalOf = (twin: Twin) => ({
  chatId: twin.chat.id,
  chatType: "p2p" as const,
  by: twin.user.openId,
});

Deno.test("a person is greeted once, however often they open the chat, and after a restart", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  for (const run of [1, 2]) {
    await using world = await startRouter(twin, { dir: dir.path });
    await Promise.all([1, 2, 3].map(() => world.router.arrived(arrivalOf(twin))));
    await twin.until(() => twin.botMessages().length > 0, { what: `a greeting in run ${run}` });
    await world.router.arrived(arrivalOf(twin));
  }
  const said = twin.botMessages().map((message) => twin.plain(message));
  assertEquals(said.length, 1);
  // Where it works, two examples, and where there is more.
  assertStringIncludes(said[0] ?? "", "/tmp");
  assertEquals(said[0]?.match(/^- |• /gm)?.length, 2, said[0]);
  assertStringIncludes(said[0] ?? "", "/help");
});

Deno.test("a greeting that was stored but not noted is not sent twice", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const { once } = world.store;
  world.store.once = (key, ttlMs) =>
    key.startsWith("greeted/")
      ? Promise.reject(new Error("the disk is full"))
      : once.call(world.store, key, ttlMs);
  await assertRejects(() => world.router.arrived(arrivalOf(twin)), Error, "the disk is full");
  const delivered = async () => {
    while (await world.store.undelivered() > 0) await new Promise((done) => setTimeout(done, 5));
  };
  await delivered();
  world.store.once = once;
  // Feishu delivers the event again, as it was not acknowledged.
  await world.router.arrived(arrivalOf(twin));
  await delivered();
  assertEquals(twin.botMessages().length, 1);
});

Deno.test("a group is greeted once, whoever adds the bot, and is told to mention it", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const other = twin.addUser("Wei").openId;
  const chatId = twin.addGroup().id;
  for (const by of [twin.user.openId, other]) {
    await world.router.arrived({ chatId, chatType: "group", by });
  }
  await twin.until(() => twin.botMessages(chatId).length > 0);
  const [greeting, ...more] = twin.botMessages(chatId);
  assert(greeting);
  assertEquals(more, []);
  assertStringIncludes(twin.plain(greeting), "Mention me");
});

Deno.test("a person who has talked with the bot before is not greeted", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  await world.receive(twin.say({ text: "/help" }));
  await twin.until(() => twin.botMessages().length === 1);
  await world.router.arrived(arrivalOf(twin));
  await world.receive(twin.say({ text: "/help" }));
  await twin.until(() => twin.botMessages().length >= 2);
  for (const message of twin.botMessages()) assert(!twin.plain(message).includes("Hello"));
});

Deno.test("a stranger gets a stranger's line once an hour, and the greeting once they are let in", async () => {
  const en = texts("en");
  for (const kind of ["list", "pair"] as const) {
    await using twin = await startTwin();
    await using dir = await tempDir();
    const { openId } = twin.user;
    const allowed = kind === "list" ? { kind, openIds: ["ou_other"] } : { kind };
    {
      await using world = await startRouter(twin, { dir: dir.path, allowed });
      for (const _ of [1, 2]) await world.router.arrived(arrivalOf(twin));
      await twin.until(() => twin.botMessages().length > 0);
    }
    const line = kind === "list" ? en.stranger(openId) : en.pairAsk;
    assertEquals(twin.botMessages().map((message) => twin.plain(message)), [line]);
    await using world = await startRouter(twin, { dir: dir.path });
    await world.router.arrived(arrivalOf(twin));
    await twin.until(() => twin.botMessages().length === 2);
    assertStringIncludes(twin.plain(twin.botMessages()[1] ?? twin.message("")), "Hello");
  }
});

Deno.test("a bot that joins groups by the hundred does not use up its calls, over a restart neither", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const groups = Array.from({ length: 60 }, () => twin.addGroup().id);
  for (const some of [groups.slice(0, 30), groups.slice(30)]) {
    await using world = await startRouter(twin, { dir: dir.path });
    for (const chatId of some) {
      await world.router.arrived({ chatId, chatType: "group", by: twin.user.openId });
    }
    while (await world.store.undelivered() > 0) await new Promise((done) => setTimeout(done, 5));
  }
  const greeted = groups.filter((chatId) => twin.botMessages(chatId).length > 0);
  assertEquals(greeted, groups.slice(0, UNASKED.most));
});

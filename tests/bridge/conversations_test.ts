/** Conversations are let go when they rest, and opened again when something for them comes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Conversations } from "../../lib/bridge/conversations.ts";
import { Router } from "../../lib/bridge/router.ts";
import { safeName } from "../../lib/base/safe_name.ts";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import type { TwinMessage } from "../../lib/demo/feishu_twin/twin_message.ts";
import type { IncomingMessage } from "../../lib/model/message.ts";
import { Opencode } from "../../lib/opencode/opencode.ts";
import { startFakeOpencode } from "../bench/fake_opencode.ts";
import { collectGarbage } from "../collect_garbage.ts";
import { laterBy } from "../later_by.ts";
import { until } from "../until.ts";
import { dailySchedule } from "./schedules/start_scheduler.ts";
import { startRouter } from "./start_router.ts";
import { startBridge } from "./start_services.ts";

type World = Awaited<ReturnType<typeof startRouter>>;

/** What opencode says to a session: turns fail at once, or go on for ever. */
const REFUSES = {
  "POST /session": () => Response.json({ data: { message: "no" } }, { status: 400 }),
};

/** Lets go of what rests, as it happens in the course of time. */
async function rest(conversations: Conversations): Promise<void> {
  conversations.letGo();
  conversations.letGo();
  await collectGarbage();
}

/** Waits until only so many are open. */
async function closedBut({ conversations }: Router, count: number): Promise<void> {
  await until(`all but ${count} are let go`, async () => {
    await rest(conversations);
    return conversations.keys().length === count;
  });
}

/** Waits until nothing is open. */
async function closed({ router }: World): Promise<void> {
  await closedBut(router, 0);
}

/** Says something in the direct chat; resolves with what is answered. */
async function ask(twin: Twin, world: World, text: string): Promise<TwinMessage> {
  const n = twin.botMessages().length;
  await world.receive(twin.say({ text }));
  return await twin.until(() => twin.botMessages()[n]);
}

function sees(twin: Twin, pattern: RegExp): Promise<TwinMessage> {
  return twin.until(() => twin.botMessages().find((one) => pattern.test(twin.plain(one))));
}

/** Whether a turn has begun: opencode was asked for a session so many times. */
async function begun(world: World, times: number): Promise<void> {
  const asked = () => world.requests.filter((one) => one.startsWith("POST /session")).length;
  await until(`${times} turns began`, () => asked() === times);
}

Deno.test("what rests is let go, and knows what was set when it is opened again", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  await ask(twin, world, "/lang zh");
  await closed(world);
  assertMatch(twin.plain(await ask(twin, world, "/status")), /会话/);
  assertEquals(world.router.conversations.keys(), [twin.chat.id]);
});

Deno.test("who holds a conversation keeps it, and all others get the same one", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const { conversations } = world.router;
  const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
  const held = await conversations.get(place);
  await rest(conversations);
  assertEquals(conversations.keys(), [twin.chat.id]);
  assertEquals((await Promise.all(conversations.all()))[0], held);
  assert(await conversations.get(place) === held);
  // It was asked for, and is kept for a while, whoever holds it.
  conversations.letGo();
  await collectGarbage();
  assert(await conversations.known(twin.chat.id) === held);
});

Deno.test("what is being opened is not let go", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const conversations = new Conversations(bridge.services);
  const opening = Promise.withResolvers<undefined>();
  bridge.store.conversation = () => opening.promise;
  const place = { chatId: "oc_1", chatType: "group" } as const;
  const first = conversations.get(place);
  await rest(conversations);
  const second = conversations.get(place);
  opening.resolve(undefined);
  assert(await first === await second);
  bridge.stop();
});

Deno.test("a turn that runs or waits, and an open ask, keep their conversation", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const { conversations } = world.router;
  const { openId } = twin.user;
  await world.receive(twin.say({ text: "old", createdAt: twin.clock.now() - 600_000 }));
  const card = await sees(twin, /^1 message came late/);
  await rest(conversations);
  // A late answer, by a button.
  assertEquals(await world.click(card, "Run", openId), "Run");
  await begun(world, 1);
  await world.receive(twin.say({ text: "and then" }));
  await sees(twin, /^Queued/);
  await rest(conversations);
  const conversation = await conversations.known(twin.chat.id);
  assertEquals(conversation?.queue.turns.map(({ record }) => record.text), ["old", "and then"]);
});

Deno.test("what turns, tools and questions leave behind holds no conversation", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const { services } = bridge;
  const { log, signal } = services;
  const opencode = startFakeOpencode();
  const agent = new Opencode({ endpoint: () => Promise.resolve({ url: opencode.url }), log });
  const following = agent.run(signal);
  const router = new Router({ ...services, agent, wasAway: () => false });
  const [chatId, sender] = [twin.chat.id, twin.user.openId];
  const say = async (text: string, more: Partial<IncomingMessage> = {}) => {
    const now = Date.now();
    await router.message({
      ...{ messageId: twin.say({ text }), chatId, chatType: "p2p", sender, type: "text", text },
      ...{ createdAt: now, receivedAt: now, mentionsBot: false, attachments: [] },
      ...more,
    });
  };
  const done = (times: number) =>
    twin.until(() =>
      twin.botMessages().filter((one) => /^Done[^]*That is done/.test(twin.plain(one))).length ===
        times
    );
  await say("hello");
  await done(1);
  await say("tools 3 10");
  await say("[[question]] first");
  await done(2);
  const card = await sees(twin, /^Colour/);
  await closedBut(router, 1);
  const { conversation, ask, choice } = Object(twin.buttons(card.id)[0]?.value);
  assertEquals(await router.clicked({ conversation, ask, step: 0, choice, by: sender }), "Red");
  await done(3);
  await rest(router.conversations);
  // Only memory knows that the question is over.
  await say("1", { parentId: card.id });
  await sees(twin, /^This question is over/);
  using _nextDay = laterBy(24 * 3_600_000);
  await closedBut(router, 0);
  bridge.stop();
  await router.settled();
  await following;
  await opencode.close();
});

Deno.test("there are never two of a conversation, whoever comes while it is let go", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const { conversations } = world.router;
  const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
  const [rounds, people, times] = [2, 12, 4];
  const count = async (n: number) => {
    for (let time = 0; time < times; time++) {
      const conversation = await conversations.get(place);
      for (let i = 0; i < n; i++) await Promise.resolve();
      if ((n + time) % 9 === 0) await rest(conversations);
      // Another one would start from what the store had when it was opened.
      await conversation.commit({
        update: (record) => ({ ...record, addressedAt: (record.addressedAt ?? 0) + 1 }),
      });
      conversations.letGo();
    }
  };
  for (let round = 1; round <= rounds; round++) {
    await Promise.all(Array.from({ length: people }, (_, n) => count(n)));
    const record = await world.store.conversation(twin.chat.id);
    assertEquals(record?.addressedAt, round * people * times);
    await closed(world);
  }
});

Deno.test("an old card, a recall, a schedule and a late message find what they are about", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin, { routes: REFUSES });
  const { router, store } = world;
  const { id: chatId } = twin.chat;
  const by = twin.user.openId;
  const place = { chatId, chatType: "p2p" } as const;
  await world.receive(twin.say({ text: "first" }));
  const failed = await sees(twin, /^Failed[^]*\[Retry\]/);
  await closed(world);
  // A button of an old card: it acts once, the next turn ends what the card offers.
  const press = { ...Object(twin.buttons(failed.id)[0]?.value), by, card: failed.id };
  assertEquals(await router.clicked(press), "Trying again…");
  await twin.until(() => twin.buttons(failed.id).length === 0);
  await begun(world, 2);
  await until("it has ended", async () => (await store.turns()).length === 0);
  await closed(world);
  assertMatch(await router.clicked(press), /already|is over/);
  await closed(world);
  // The answer to an ask that is over.
  const answer = { conversation: chatId, ask: "late.om_1", step: 0, choice: "run", by };
  assertMatch(await router.clicked(answer), /over/);
  // A recall of a message whose file waits for a text, and of one that is done.
  const recalled = twin.say({ text: "a file" });
  const path = `${world.services.settings.filesDir}/${safeName(recalled)}/a.txt`;
  await (await router.conversations.get(place)).commit({
    update: (record) => ({
      ...record,
      files: [{ path, name: "a.txt", mime: "text/plain", bytes: 1, sender: by }],
    }),
  });
  await closed(world);
  await router.recalled(chatId, recalled);
  await sees(twin, /a\.txt/);
  assertEquals((await store.conversation(chatId))?.files, []);
  await closed(world);
  await router.recalled(chatId, failed.id);
  // A schedule.
  const schedule = dailySchedule({
    ...{ conversation: chatId, place, by, target: place, prompt: "check", nextAt: Date.now() },
  });
  await store.commit({
    schedules: [{ conversation: chatId, id: "s1", change: () => schedule }],
  });
  await router.scheduler.look();
  await begun(world, 3);
  await closed(world);
  // What came late is asked about, as it would have been at once.
  await world.receive(twin.say({ text: "old", createdAt: twin.clock.now() - 600_000 }));
  await sees(twin, /^1 message came late/);
});

Deno.test("who is removed leaves no file behind that waits in a conversation that was let go", async () => {
  await using twin = await startTwin();
  const eve = twin.addUser("Eve").openId;
  await using world = await startRouter(twin, {
    allowed: { kind: "pair" },
    paired: [{ openId: twin.user.openId, since: 1 }, { openId: eve, since: 2 }],
  });
  const group = twin.addGroup({ members: [eve] }).id;
  const file = { path: "/nowhere/om_1/a.txt", name: "a.txt", mime: "text/plain", bytes: 1 };
  const files = [{ ...file, sender: eve }, { ...file, sender: twin.user.openId }];
  const place = { chatId: group, chatType: "group" } as const;
  await (await world.router.conversations.get(place)).commit({
    update: (record) => ({ ...record, files }),
  });
  await closed(world);
  await world.admission.remove(eve);
  await until("it is gone", async () => {
    const record = await world.store.conversation(group);
    return record?.files?.length === 1 && record.files[0]?.sender === twin.user.openId;
  });
});

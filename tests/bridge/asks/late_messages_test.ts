/** Messages that come late, and those that act at once all the same. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { TwinMessage } from "../../../lib/demo/feishu_twin/twin_message.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { tempDir } from "../../helpers.ts";
import { startRouter } from "../start_router.ts";

const HOUR = 3_600_000;

/** Waits for a message of the bot that shows this. */
function sees(twin: Twin, chat: string, pattern: RegExp): Promise<TwinMessage> {
  return twin.until(() => twin.botMessages(chat).find((one) => pattern.test(twin.plain(one))));
}

/** The messages that the bot has replied to: in a group, each prompt that runs has its answer. */
function answered(twin: Twin, chat: string): string[] {
  // What lists the late ones begins with their number.
  return twin.botMessages(chat).filter((one) => !/^\d/.test(twin.plain(one)))
    .map(({ replyTo = "" }) => replyTo);
}

for (const language of ["en", "zh"] as const) {
  Deno.test(`of late messages of two people each answers for their own (${language})`, async () => {
    await using twin = await startTwin();
    await using bridge = await startRouter(twin, { language });
    const { lateTitle, lateSkip, lateRun, lateRunning, lateSkipped, notYourAsk } = texts(language);
    const [ann, bob, eve] = ["Ann", "Bob", "Eve"].map((name) => twin.addUser(name).openId);
    assert(ann !== undefined && bob !== undefined && eve !== undefined);
    const chat = twin.addGroup({ members: [ann, bob, eve] }).id;
    const createdAt = twin.clock.now() - HOUR;
    const ids = [ann, bob, ann].map((user, i) =>
      twin.say({ text: `order ${i}`, user, chat, createdAt: createdAt + i })
    );
    for (const id of ids) await bridge.receive(id);
    const card = await sees(twin, chat, new RegExp(lateTitle(3)));
    assertEquals(await bridge.click(card, lateRun, eve), notYourAsk);
    assertEquals(await bridge.click(card, lateRun, ann), lateRun);
    await twin.until(() => twin.plain(card).startsWith(lateTitle(1)));
    assertMatch(twin.plain(card), /order 1/);
    assert(!/order [02]/.test(twin.plain(card)));
    await twin.until(() => [ids[0], ids[2]].every((id) => answered(twin, chat).includes(id ?? "")));
    assertEquals(await bridge.click(card, lateRun, ann), notYourAsk);
    const skip = twin.say({ text: lateSkip, user: bob, chat });
    await bridge.receive(skip);
    await twin.until(() => twin.plain(card).includes(lateSkipped));
    assert(!twin.plain(card).includes(lateRunning));
    assert(!answered(twin, chat).includes(ids[1] ?? ""));
    assertEquals(await bridge.store.inbox(), []);
  });
}

Deno.test("everyone on the list may answer for the late messages of all", async () => {
  await using twin = await startTwin();
  const [ann = "", bob = ""] = ["Ann", "Bob"].map((name) => twin.addUser(name).openId);
  await using bridge = await startRouter(twin, { allowed: { kind: "list", openIds: [ann, bob] } });
  const chat = twin.addGroup({ members: [ann, bob] }).id;
  const createdAt = twin.clock.now() - HOUR;
  const ids = [ann, bob].map((user) => twin.say({ text: "an order", user, chat, createdAt }));
  for (const id of ids) await bridge.receive(id);
  const card = await sees(twin, chat, /^2 messages came late/);
  await bridge.click(card, "Run", ann);
  await sees(twin, chat, /^2 messages came late[^]*Running/);
  await twin.until(() => ids.every((id) => answered(twin, chat).includes(id)));
});

for (const typed of ["/cancel", "/stop", "/cancel all", "/status", "/why"]) {
  for (const how of [{ missed: true }, { createdAt: Date.now() - 5 * HOUR }] as const) {
    Deno.test(`${typed} acts at once (${Object.keys(how)})`, async () => {
      await using twin = await startTwin();
      await using bridge = await startRouter(twin);
      await bridge.receive(twin.say({ text: typed }), how);
      await sees(twin, twin.chat.id, /Nothing is running|Undelivered: /);
      assertEquals(twin.botMessages().length, 1);
    });
  }
}

Deno.test("a late command that begins something new is asked about", async () => {
  await using twin = await startTwin();
  await using bridge = await startRouter(twin);
  for (const text of ["/new", "/undo", "/review it"]) {
    await bridge.receive(twin.say({ text }), { missed: true });
  }
  await sees(twin, twin.chat.id, /^3 messages came late/);
  assertEquals(twin.botMessages().length, 1);
});

Deno.test("what was missed answers a card that came before it, and joins one that came after it", async () => {
  await using twin = await startTwin();
  await using bridge = await startRouter(twin);
  const createdAt = twin.clock.now() - HOUR;
  await bridge.receive(twin.say({ text: "an old order", createdAt }));
  const card = await sees(twin, twin.chat.id, /^1 message came late/);
  const before = twin.say({ text: "skip", createdAt: card.createdAt - 1 });
  await bridge.receive(before, { missed: true });
  await twin.until(() => twin.plain(card).startsWith("2 messages came late"));
  await bridge.receive(twin.say({ text: "skip" }), { missed: true });
  await sees(twin, twin.chat.id, /came late[^]*Skipped/);
  assertEquals(await bridge.store.inbox(), []);
});

Deno.test("after a restart in the middle the card goes on with what is left", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const [ann = "", bob = ""] = ["Ann", "Bob"].map((name) => twin.addUser(name).openId);
  const chat = twin.addGroup({ members: [ann, bob] }).id;
  const createdAt = twin.clock.now() - HOUR;
  const ids = [ann, bob].map((user) => twin.say({ text: `of ${user}`, user, chat, createdAt }));
  {
    await using bridge = await startRouter(twin, { dir: dir.path });
    for (const id of ids) await bridge.receive(id);
    const card = await sees(twin, chat, /^2 messages came late/);
    await bridge.click(card, "Skip", ann);
    await sees(twin, chat, /^1 message came late/);
    await bridge.outbox.settled();
  }
  await using bridge = await startRouter(twin, { dir: dir.path });
  await bridge.router.resume();
  await bridge.outbox.resume();
  const card = await sees(twin, chat, new RegExp(`^1 message came late[^]*of ${bob}`));
  await bridge.click(card, "Skip", bob);
  await sees(twin, chat, /came late[^]*Skipped/);
  assertEquals(twin.botMessages(chat).length, 1);
  assertEquals([await bridge.store.inbox(), await bridge.store.turns()], [[], []]);
});

/** What was missed is found in the chats' histories, and nothing is offered twice. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { CatchUp } from "../../../lib/bridge/catch_up/catch_up.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import { conversationKey, type Place } from "../../../lib/model/place.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { laterBy } from "../../later_by.ts";
import { feishuApi, memoryLog, messenger, tempDir } from "../../helpers.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LIST = /GET \/open-apis\/im\/v1\/messages$/;

/** Waits at most half a minute for a condition. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!await condition()) {
    assert(performance.now() < end, `waited in vain until ${condition}`);
    await delay(5);
  }
}

/** A catch-up over the twin, with a store in which each message is accepted once. */
async function start() {
  const twin = await startTwin();
  const dir = await tempDir();
  const { store } = await openStore(dir.path);
  const stopping = new AbortController();
  const { signal } = stopping;
  const log = memoryLog();
  const options = { log, mode: "card", throttleMs: 1, stream: "patch", signal } as const;
  const chat = messenger(feishuApi(twin, log), store, options);
  const found: string[] = [];
  const recalled: string[] = [];
  let rounds = 0;
  const accept = (message: IncomingMessage) =>
    store.accept(message, chat.clock.theirs(message.createdAt));
  const catchUp = new CatchUp({
    ...{ chat, store, log, signal, settings: { dedupTtlMs: 0 } },
    onMessage: async (message) => {
      if (await accept(message)) found.push(message.text);
    },
    onRecalled: (_, messageId) => Promise.resolve(void recalled.push(messageId)),
    onAllRead: () => Promise.resolve(void rounds++),
  });
  const running = catchUp.run();
  const hear = async (place: Place, messageId: string) => {
    const { createdAt } = twin.message(messageId);
    const message = { messageId, sender: twin.user.openId, createdAt, receivedAt: createdAt };
    const more = { type: "text", text: "", mentionsBot: false, attachments: [] };
    assert(await accept({ ...place, ...message, ...more }));
    const record = { ...place, key: conversationKey(place), directory: "/work" };
    await store.commit({ conversation: record });
    catchUp.happened(place);
  };
  return {
    ...{ twin, store, catchUp, found, recalled, log, hear },
    direct: { chatId: twin.chat.id, chatType: "p2p" } as const,
    /** Adds a group in which a message was heard. */
    group: async (mode: "group" | "topic" = "group") => {
      const { id } = twin.addGroup({ mode });
      const first = twin.say({ text: "first", chat: id, mentionBot: true });
      const { threadId } = twin.message(first);
      const place = { chatId: id, chatType: "group", ...(threadId && { threadId }) } as const;
      await hear(place, first);
      return { place, first };
    },
    markOf: async (chatId: string) =>
      (await store.marks.list()).find((mark) => mark.chatId === chatId),
    /** What was asked for in the histories: chats and topics, in order. */
    reads: () =>
      twin.requests.filter(({ method, path }) => LIST.test(`${method} ${path}`))
        .map(({ query }) => query.container_id),
    /** Has all chats read, and waits until they are. */
    readAll: async () => {
      const before = rounds;
      catchUp.request("all");
      await until(() => rounds > before);
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error("the test is over"));
      await running.catch(() => {});
      await store[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
      await twin.close();
    },
  };
}

Deno.test("after eight hours of sleep all is found once, oldest first, also in topics that began meanwhile", async () => {
  await using bridge = await start();
  const { twin, found, hear } = bridge;
  const direct = twin.say({ text: "heard" });
  await hear(bridge.direct, direct);
  const { place, first } = await bridge.group();
  const known = await bridge.group("topic");
  await bridge.readAll();
  using _ = laterBy(8 * HOUR);
  const now = twin.clock.now();
  const say = (text: string, hoursAgo: number, more: object) =>
    twin.say({ text, createdAt: now - hoursAgo * HOUR, mentionBot: true, ...more });
  say("direct", 7, {});
  // A topic that begins at a message from before the sleep is not in the history since then.
  say("old root", 6, { replyTo: first, thread: "new" });
  const root = say("new root", 5, { chat: place.chatId, thread: "new" });
  say("in a new topic", 4, { replyTo: root });
  say("in a known topic", 3, { replyTo: known.first });
  const other = say("another topic", 2, { chat: known.place.chatId });
  say("in another topic", 1, { replyTo: other });
  await bridge.readAll();
  const bare = found.map((text) => text.replace(/^@\S+ /, ""));
  const all = ["direct", "old root", "new root", "in a new topic"];
  assertEquals(
    new Set(bare),
    new Set([...all, ...["in a known topic", "another topic", "in another topic"]]),
  );
  // Each chat is handed over oldest first.
  assertEquals(bare.filter((text) => all.slice(1).includes(text)), all.slice(1));
  await bridge.readAll();
  assertEquals(found.length, 7);
});

Deno.test("after a long absence the latest of the topics in which the bot never spoke are read too", async () => {
  await using bridge = await start();
  const { twin, found } = bridge;
  const { place } = await bridge.group("topic");
  const { chatId: chat } = place;
  const topics = Array.from({ length: 12 }, (_, i) => {
    const root = twin.say({ text: `root ${i}`, chat });
    return { root, threadId: twin.message(root).threadId };
  });
  await bridge.readAll();
  const say = () =>
    topics.map(({ root }, i) => twin.say({ text: `in ${i}`, replyTo: root, mentionBot: true }));
  const readsOf = async () => {
    const before = bridge.reads().length;
    await bridge.readAll();
    return bridge.reads().slice(before);
  };
  found.length = 0;
  say();
  {
    // Feishu brings these itself.
    using _ = laterBy(6 * HOUR);
    assertEquals(await readsOf(), [chat, place.threadId]);
    assertEquals(found, []);
  }
  using _ = laterBy(20 * HOUR);
  say();
  const reads = await readsOf();
  const latest = topics.slice(-8).map(({ threadId }) => threadId);
  assertEquals(new Set(reads), new Set([chat, place.threadId, ...latest]));
  assertEquals(
    found.map((text) => text.replace(/^@\S+ /, "")),
    [4, 5, 6, 7, 8, 9, 10, 11].map((i) => `in ${i}`),
  );
  // What was heard there makes them known; the others are left alone for now.
  assertEquals((await readsOf()).length, 2);
});

Deno.test("after a night nothing that is over is found again, however long ids are remembered", async () => {
  await using bridge = await start();
  const { twin, found, hear } = bridge;
  await hear(bridge.direct, twin.say({ text: "the last of the evening" }));
  await bridge.readAll();
  using _ = laterBy(60 * HOUR);
  await bridge.readAll();
  await bridge.readAll();
  assertEquals(found, []);
  // Now nothing can bring it again.
  using _later = laterBy(2 * HOUR);
  const message = { chatId: twin.chat.id, messageId: twin.messages()[0]?.id ?? "" };
  await bridge.store.marks.sweep({ ttlMs: 0, overlapMs: 2 * MINUTE, oldest: 0 });
  assert(await bridge.store.markSeen(message, 1));
});

Deno.test("a chat that cannot be read keeps its mark and is read again soon; the others go on", async () => {
  await using bridge = await start();
  const { twin, found, hear } = bridge;
  await hear(bridge.direct, twin.say({ text: "heard" }));
  const { place } = await bridge.group();
  await bridge.readAll();
  const before = await bridge.markOf(place.chatId);
  using _ = laterBy(HOUR);
  twin.say({ text: "missed directly" });
  // The group was the last in which something happened, so it is read first.
  await hear(place, twin.say({ text: "heard", chat: place.chatId }));
  twin.say({ text: "missed in the group", chat: place.chatId });
  twin.faults.fail({ match: LIST, status: 503 });
  await bridge.readAll();
  assertEquals(found, ["missed directly"]);
  assertEquals(await bridge.markOf(place.chatId), before);
  await until(() => found.includes("missed in the group"));
  const after = await bridge.markOf(place.chatId);
  assert((after?.readTo ?? 0) >= (before?.readTo ?? 0) + HOUR);
});

Deno.test("hundreds of new topics do not use up the month's calls, and the last ones are read", async () => {
  await using bridge = await start();
  const { twin, found } = bridge;
  const { place } = await bridge.group("topic");
  await bridge.readAll();
  const eve = twin.addUser("Eve").openId;
  const before = bridge.reads().length;
  for (let i = 0; i < 90; i++) twin.say({ text: `topic ${i}`, user: eve, chat: place.chatId });
  await bridge.readAll();
  for (let i = 0; i < 90; i++) twin.say({ text: `more ${i}`, user: eve, chat: place.chatId });
  const last = twin.say({ text: "the last", chat: place.chatId });
  twin.say({ text: "in the last", replyTo: last, mentionBot: true });
  await bridge.readAll();
  await bridge.readAll();
  const read = bridge.reads().slice(before).filter((id) => id?.startsWith("omt_"));
  const isKnown = (id: string | undefined) => id === place.threadId;
  assertEquals(read.filter((id) => !isKnown(id)).length, 100);
  assert(found.includes("in the last"), found.join());
  assert(bridge.log.lines.some((line) => /WARN .*81 new topics of .* too many/.test(line)));
});

Deno.test("a topic that cannot be read keeps a mark of its own, and only it is read again", async () => {
  await using bridge = await start();
  const { twin, found } = bridge;
  const { place, first } = await bridge.group("topic");
  await bridge.readAll();
  const before = await bridge.markOf(place.chatId);
  using _ = laterBy(HOUR);
  twin.say({ text: "missed", replyTo: first });
  const reads = bridge.reads().length;
  // The chat's own history is read, the topic's is not.
  const undo = twin.onChange((change) => {
    if (change.kind === "request" && change.request.query.container_id === place.chatId) {
      undo();
      twin.faults.fail({ match: LIST, status: 503 });
    }
  });
  await bridge.readAll();
  const { threadId = "none" } = place;
  const after = await bridge.markOf(place.chatId);
  assert((after?.readTo ?? 0) > (before?.readTo ?? 0));
  assertEquals(after?.behind, { [threadId]: before?.readTo });
  await until(() => found.includes("missed"));
  await until(async () => (await bridge.markOf(place.chatId))?.behind === undefined);
  assertEquals(bridge.reads().slice(reads).filter((id) => id === threadId).length, 2);
});

Deno.test("a topic of more than a thousand messages is read to its end", async () => {
  await using bridge = await start();
  const { twin, found } = bridge;
  const { first } = await bridge.group("topic");
  await bridge.readAll();
  using _ = laterBy(HOUR);
  const now = twin.clock.now();
  for (let i = 0; i < 1_020; i++) {
    twin.say({ text: `m${i}`, replyTo: first, createdAt: now - 2_000 + i });
  }
  await bridge.readAll();
  assertEquals(found, Array.from({ length: 1_020 }, (_, i) => `m${i}`));
});

Deno.test("a history too long for one go is read on where it ended, and the mark waits for its end", async () => {
  await using bridge = await start();
  const { twin, found, hear } = bridge;
  await hear(bridge.direct, twin.say({ text: "heard" }));
  await bridge.readAll();
  const before = await bridge.markOf(twin.chat.id);
  using _ = laterBy(HOUR);
  const now = twin.clock.now();
  for (let i = 0; i < 2_020; i++) twin.say({ text: `m${i}`, createdAt: now - 3_000 + i });
  await bridge.readAll();
  assertEquals([found.length, await bridge.markOf(twin.chat.id)], [0, before]);
  await until(() => found.length === 2_020);
  assertEquals(found, Array.from({ length: 2_020 }, (_, i) => `m${i}`));
  // Two pages more, and those of the first read.
  assert(bridge.reads().length <= 44, `${bridge.reads().length} reads`);
});

Deno.test("a chat that refuses to be read holds up no other, and is left alone for long", async () => {
  await using bridge = await start();
  const { twin, found, hear, log } = bridge;
  const { place } = await bridge.group();
  await hear(bridge.direct, twin.say({ text: "heard" }));
  await hear(place, twin.say({ text: "heard", chat: place.chatId }));
  twin.faults.fail({ match: LIST, status: 400, code: 230027 });
  twin.say({ text: "missed" });
  await bridge.readAll();
  assertEquals(found, ["missed"]);
  await delay(2_000);
  assertEquals(bridge.reads(), [place.chatId, twin.chat.id]);
  const warnings = log.lines.filter((line) => line.includes(`history of ${place.chatId}`));
  assertEquals(warnings.length, 1);
});

Deno.test("what cannot be stored is not read over: its chat keeps its mark and is read again", async () => {
  await using bridge = await start();
  const { twin, store, found, hear } = bridge;
  await hear(bridge.direct, twin.say({ text: "heard" }));
  await bridge.readAll();
  const before = await bridge.markOf(twin.chat.id);
  twin.say({ text: "missed" });
  const { accept } = store;
  store.accept = () => Promise.reject(new Error("database or disk is full"));
  await bridge.readAll();
  assertEquals([found, await bridge.markOf(twin.chat.id)], [[], before]);
  store.accept = accept;
  await until(() => found.includes("missed"));
});

Deno.test("requests while a read runs mean one more after it, and a connection that comes and goes no storm", async () => {
  await using bridge = await start();
  const { twin, catchUp, hear } = bridge;
  await hear(bridge.direct, twin.say({ text: "heard" }));
  twin.faults.delay(100);
  for (let i = 0; i < 30; i++) {
    catchUp.request(i % 2 === 0 ? "all" : "recent");
    await until(() => bridge.reads().length > 0);
  }
  await bridge.readAll();
  assert(bridge.reads().length <= 3, `${bridge.reads().length} reads`);
  twin.faults.delay(0);
  for (let i = 0; i < 5; i++) {
    catchUp.request("all");
    await delay(20);
  }
  assert(bridge.reads().length <= 4, `${bridge.reads().length} reads`);
});

Deno.test("a recalled message is not found, but its recall is", async () => {
  await using bridge = await start();
  const { twin, found, recalled, hear } = bridge;
  await hear(bridge.direct, twin.say({ text: "heard" }));
  await bridge.readAll();
  const gone = twin.say({ text: "never mind" });
  twin.recall(gone);
  await bridge.readAll();
  assertEquals([found, recalled], [[], [gone]]);
});

Deno.test("without a reason only a chat is read in which something happened lately, some minutes later", async () => {
  await using bridge = await start();
  const { twin, found, hear, catchUp } = bridge;
  const quiet = await bridge.group();
  using _ = laterBy(2 * HOUR);
  await hear(bridge.direct, twin.say({ text: "heard" }));
  await bridge.readAll();
  assertEquals(bridge.reads(), [twin.chat.id, quiet.place.chatId]);
  // The connection is up, but this never came.
  twin.say({ text: "missed" });
  const { now } = performance;
  for (const minutes of [4, 6, 8, 20, 30, 50, 200]) {
    using _ = laterBy(minutes * MINUTE);
    performance.now = () => now.call(performance) + minutes * MINUTE;
    try {
      const { length } = bridge.reads();
      // Has it look at the clock.
      catchUp.happened({ chatId: "oc_none" });
      const isRead = [6, 20, 50].includes(minutes);
      if (isRead) await until(() => bridge.reads().length > length && found.length > 0);
      // What is not to be read is seen not to be.
      await delay(100);
      assertEquals([minutes, bridge.reads().length > length], [minutes, isRead]);
      assertEquals(found, minutes === 4 ? [] : ["missed"]);
    } finally {
      performance.now = now;
    }
  }
});

Deno.test("a mark that lies in the future because a clock was wrong is set right, and nothing is lost", async () => {
  await using bridge = await start();
  const { twin, store, found, hear } = bridge;
  await hear(bridge.direct, twin.say({ text: "heard" }));
  await store.marks.save({ ...bridge.direct, readTo: twin.clock.now() + 10 * HOUR });
  twin.say({ text: "missed" });
  await bridge.readAll();
  assertEquals(found, ["missed"]);
  const mark = await bridge.markOf(twin.chat.id);
  assert((mark?.readTo ?? Infinity) <= twin.clock.now());
});

/** Asks of recorded turns, in a chat of the twin. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Ask, Asks } from "../../../lib/bridge/asks/asks.ts";
import { Delivery } from "../../../lib/bridge/outbox/outbox.ts";
import { TurnAsks, type TurnAsksParts } from "../../../lib/bridge/turn/turn_asks.ts";
import { ApiError } from "../../../lib/base/errors.ts";
import { fold } from "../../../lib/opencode/transcript/transcript.ts";
import type { Prompt } from "../../../lib/model/records.ts";
import { Store } from "../../../lib/store/store.ts";
import type { Incoming } from "../../../lib/feishu/connection/events.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { feishuApi, memoryLog, tempDir } from "../../helpers.ts";
import { turn } from "../../opencode/turns.ts";

/** A chat in which `ou_owner` and `ou_friend` may answer, and an opencode that takes one answer to each ask. */
async function start(recorded: string, timeoutMs = 60_000) {
  const twin = await startTwin();
  const dir = await tempDir();
  const { store } = await Store.open(dir.path);
  const stopping = new AbortController();
  const log = memoryLog();
  const chat = feishuApi(twin, log);
  const { signal } = stopping;
  const en = texts("en");
  const delivery = new Delivery({
    chat,
    store,
    texts: en,
    log,
    mode: "card",
    throttleMs: 1,
    signal,
  });
  const conversation = twin.chat.id;
  const asks = new Asks({ conversation, store, delivery, texts: en, log });
  const replies = new Map<string, string>();
  const take = (id: string, reply: string): Promise<void> => {
    if (replies.has(id)) {
      const method = "POST permission/:id/reply";
      throw new ApiError("gone", { service: "opencode", code: 404, method, retryable: false });
    }
    replies.set(id, reply);
    return Promise.resolve();
  };
  const prompt: Prompt = {
    id: "p",
    conversation,
    text: "",
    messageId: "",
    sender: "ou_owner",
    createdAt: Date.now(),
    slot: delivery.slot({ chatId: conversation }),
  };
  const api: TurnAsksParts["agent"]["api"] = {
    replyPermission: (_, id, { reply }) => take(id, reply),
    replyQuestion: (_, id, answers) => take(id, JSON.stringify(answers)),
    rejectQuestion: (_, id) => take(id, "rejected"),
  };
  const parts: TurnAsksParts = {
    agent: { api },
    texts: en,
    config: { askTimeoutMs: timeoutMs },
    mayAnswer: (openId) => ["ou_owner", "ou_friend"].includes(openId),
    log,
    signal,
  };
  const turnAsks = new TurnAsks(asks, parts, true);
  const { t, events } = turn(recorded);
  return {
    twin,
    asks,
    replies,
    api,
    /** Takes the next events of the recording up to the first of this type. */
    next: (type: string) => {
      const end = events.findIndex((event) => event.type === type);
      assert(end >= 0, `no ${type}`);
      for (const event of events.splice(0, end + 1)) fold(t, event);
      turnAsks.show([...t.asks.values()], prompt, false, () => en.answeredElsewhere);
    },
    cards: () => twin.botMessages().map((message) => twin.plain(message)),
    /** Waits for so many cards that show this. */
    sees: (pattern: RegExp, times = 1) =>
      twin.until(() => {
        const found = twin.botMessages().filter((one) => pattern.test(twin.plain(one)));
        return found.length >= times ? found : undefined;
      }),
    /** Clicks a button by its label; resolves with what the person is told. */
    click: async (message: { id: string }, label: string, by: string) => {
      const value = twin.buttons(message.id).find((button) => button.label === label)?.value;
      const { ask, step, choice } = Object(value);
      return await asks.click(String(ask), Number(step), String(choice), by);
    },
    [Symbol.asyncDispose]: async () => {
      await turnAsks.end(en.turnOver);
      asks.release();
      stopping.abort(new Error("the test is over"));
      await delivery.settled();
      await store[Symbol.asyncDispose]();
      await twin.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

const OPEN = /^Permission: bash\n[^]*Press a button, or reply 1–3 or the name\. \/cancel ends/;

/** A text message of somebody. */
function written(text: string, sender: string): Incoming {
  return {
    messageId: `om_${text}`,
    chatId: "oc_1",
    chatType: "p2p",
    sender,
    createdAt: 1,
    receivedAt: 1,
    type: "text",
    text,
    mentions: [],
    attachments: [],
  };
}

Deno.test("what a subagent asks is asked in the chat of its parent, and answered there", async () => {
  await using world = await start("perm_in_subagent");
  world.next("permission.asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  assertEquals(await world.click(card, "Once", "ou_owner"), "Once");
  assertEquals([...world.replies.values()], ["once"]);
  world.next("permission.replied");
  await world.sees(/^Permission: bash\n[^]*Allowed once/);
  assertEquals(world.cards().length, 1);
});

Deno.test("an always for one of two asks closes the other, which it covers too", async () => {
  await using world = await start("perm_two_always");
  world.next("permission.asked");
  world.next("permission.asked");
  const [card] = await world.sees(OPEN, 2);
  assert(card !== undefined);
  assertEquals(await world.click(card, "Always", "ou_owner"), "Always");
  world.next("permission.replied");
  world.next("permission.replied");
  await world.sees(/Allowed, now and later/);
  await world.sees(/Answered elsewhere/);
  assertEquals([...world.replies.values()], ["always"]);
  assertEquals(world.asks.titles, []);
});

Deno.test("typed answers go to the oldest of several asks", async () => {
  await using world = await start("perm_two_reject_first");
  world.next("permission.asked");
  world.next("permission.asked");
  await world.sees(OPEN, 2);
  const ids = [];
  for (const typed of ["n", "1"]) {
    const taken = world.asks.reply(written(typed, "ou_owner"));
    assert(typeof taken === "object");
    await taken.act();
    ids.push([...world.replies.keys()].at(-1));
  }
  assertEquals([...world.replies.values()], ["reject", "once"]);
  assertEquals(ids, ids.toSorted());
});

Deno.test("of two people who answer at once one is heard, and strangers are not", async () => {
  await using world = await start("perm_once");
  world.next("permission.asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  const { asks } = world;
  assertEquals(
    await world.click(card, "Once", "ou_stranger"),
    "This question is for somebody else.",
  );
  assertEquals(asks.reply(written("y", "ou_stranger")), undefined);
  const told = await Promise.all([
    world.click(card, "Once", "ou_owner"),
    world.click(card, "Reject", "ou_friend"),
  ]);
  assertEquals(told, ["Once", "This question is over."]);
  assertEquals([...world.replies.values()], ["once"]);
  assertEquals(await asks.click("per_unknown", 0, "once", "ou_owner"), "This question is over.");
});

Deno.test("an answer after the time is over changes nothing", async () => {
  await using world = await start("perm_once", 300);
  world.next("permission.asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  const { ask, step, choice } = Object(world.twin.buttons(card.id)[0]?.value);
  await world.sees(/Nobody answered in time, so it was rejected/);
  assertEquals([...world.replies.values()], ["reject"]);
  assertEquals(await world.asks.click(ask, step, choice, "ou_owner"), "This question is over.");
  assertEquals(world.asks.reply(written("y", "ou_owner")), undefined);
  assertEquals(world.twin.buttons(card.id), []);
});

Deno.test("an answer that does not get through can be given once more", async () => {
  await using world = await start("perm_once");
  let failures = 0;
  const { api } = world;
  const { replyPermission } = api;
  api.replyPermission = (...reply) => {
    if (failures++ === 0) return Promise.reject(new Error("the line is cut"));
    return replyPermission(...reply);
  };
  world.next("permission.asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  await world.click(card, "Once", "ou_owner");
  await world.sees(/The answer did not get through: the line is cut/);
  await world.sees(OPEN);
  await world.click(card, "Once", "ou_owner");
  await world.sees(/^Permission: bash\n[^]*Allowed once/);
  assertEquals([...world.replies.values()], ["once"]);
});

Deno.test("questions are answered one after the other, and given to the agent together", async () => {
  await using world = await start("question");
  world.next("question.asked");
  const [card] = await world.sees(/Press a button, or reply 1–/);
  assert(card !== undefined);
  const first = world.twin.buttons(card.id).map(({ value }) => Object(value));
  const { ask, choice } = first[0] ?? {};
  await world.asks.click(ask, 0, choice, "ou_owner");
  assertEquals(
    await world.asks.click(ask, 0, choice, "ou_owner"),
    "This question is over.",
    "a button of the question before",
  );
  const taken = world.asks.reply(written("1, 2", "ou_owner"));
  assert(typeof taken === "object");
  await taken.act();
  assertMatch([...world.replies.values()].join(), /^\[\["[^"]+"\],\["[^"]+","[^"]+"\]\]$/);
});

Deno.test("an ask without a turn has no word about /cancel", async () => {
  await using world = await start("perm_once");
  const ask: Ask = {
    id: "late-1",
    title: "Late",
    target: { chatId: world.twin.chat.id },
    mayAnswer: () => true,
    choices: [{ question: "Run?", options: [{ value: "run", label: "Run" }] }],
    submit: () => Promise.resolve("Running."),
  };
  await world.asks.open(ask);
  const [card] = await world.sees(/^Late\n/);
  assert(card !== undefined && !world.twin.plain(card).includes("/cancel"));
});

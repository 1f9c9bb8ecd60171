/** Asks of recorded turns, in a chat of the twin. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Ask } from "../../../lib/bridge/asks/ask.ts";
import { Asks } from "../../../lib/bridge/asks/asks.ts";
import type { Effects } from "../../../lib/bridge/effects.ts";
import { Outbox } from "../../../lib/bridge/outbox/outbox.ts";
import { TurnAsks, type TurnAsksOptions } from "../../../lib/bridge/turn/turn_asks.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import type { Answered } from "../../../lib/model/ports.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";
import { fold } from "../../../lib/opencode/transcript/transcript.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { feishuApi, memoryLog, messenger, tempDir } from "../../helpers.ts";
import { turn } from "../../opencode/turns.ts";

/** A chat in which `ou_owner` and `ou_friend` may answer, and an agent that takes one answer to each request. */
async function start(recorded: string, timeoutMs = 60_000) {
  const twin = await startTwin();
  const dir = await tempDir();
  const { store } = await openStore(dir.path);
  const stopping = new AbortController();
  const log = memoryLog();
  const { signal } = stopping;
  const options = { log, mode: "card", throttleMs: 1, stream: "patch", signal } as const;
  const chat = messenger(feishuApi(twin, log), store, options);
  const en = texts("en");
  const outbox = new Outbox({ chat, store, log, signal });
  const conversation = twin.chat.id;
  const commit = async ({ update: _, enqueue: _enqueue, ...changes }: Effects) =>
    await store.commit(changes);
  const asks = new Asks({
    ...{ conversation, chat, store, texts: en, log },
    commitLater: (work) => void work().then(commit),
  });
  const replies = new Map<string, string>();
  const take = (id: string, reply: string): Promise<Answered> => {
    if (replies.has(id)) return Promise.resolve("gone");
    replies.set(id, reply);
    return Promise.resolve("answered");
  };
  const record: TurnRecord = {
    id: "p",
    conversation,
    text: "",
    messageId: "",
    sender: "ou_owner",
    createdAt: Date.now(),
    slot: chat.slot({ chatId: conversation }),
    state: { kind: "queued" },
  };
  const agent: Pick<TurnAsksOptions["agent"], "decide" | "answer" | "dismiss"> = {
    decide: (_, id, { reply }) => take(id, reply),
    answer: (_, id, answers) => take(id, JSON.stringify(answers)),
    dismiss: (_, id) => take(id, "rejected"),
  };
  const turnAsks = new TurnAsks({
    conversation: { asks, commit },
    chat,
    agent,
    texts: en,
    settings: { askTimeoutMs: timeoutMs, ownsAgent: true },
    admission: { mayAnswer: (openId) => ["ou_owner", "ou_friend"].includes(openId) },
    log,
    signal,
  }, true);
  const click = async (ask: string, step: number, choice: string, by: string) => {
    const { line, effects = {} } = await asks.click(ask, step, choice, by);
    await commit(effects);
    return line;
  };
  const { t, events } = turn(recorded);
  return {
    twin,
    asks,
    commit,
    replies,
    agent,
    /** Takes the next events of the recording up to the first request or answer. */
    next: (type: "asked" | "answered") => {
      const end = events.findIndex((event) => event.type === type);
      assert(end >= 0, `no ${type}`);
      for (const event of events.splice(0, end + 1)) fold(t, event);
      const requests = [...t.requests.values()].map(({ request }) => request);
      turnAsks.update(requests, record, false, () => en.answeredElsewhere);
    },
    cards: () => twin.botMessages().map((message) => twin.plain(message)),
    /** Waits for so many cards that show this. */
    sees: (pattern: RegExp, times = 1) =>
      twin.until(() => {
        const found = twin.botMessages().filter((one) => pattern.test(twin.plain(one)));
        return found.length >= times ? found : undefined;
      }),
    /** Presses a button that was shown; resolves with what the person is told. */
    press: click,
    /** Clicks a button by its label; resolves with what the person is told. */
    click: async (message: { id: string }, label: string, by: string) => {
      const value = twin.buttons(message.id).find((button) => button.label === label)?.value;
      const { ask, step, choice } = Object(value);
      return await click(String(ask), Number(step), String(choice), by);
    },
    /** Types a text; resolves with whether it was taken for an answer. */
    reply: async (text: string, sender: string) => {
      const answer = asks.matchAnswer(written(text, sender));
      if (typeof answer !== "object") return false;
      await commit(await answer.submit());
      return true;
    },
    [Symbol.asyncDispose]: async () => {
      await commit(await turnAsks.close(en.turnOver));
      asks.release();
      stopping.abort(new Error("the test is over"));
      await outbox.settled();
      await store[Symbol.asyncDispose]();
      await twin.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

const OPEN = /^Permission: bash\n[^]*Press a button, or reply 1–3 or the name\. \/cancel ends/;

/** A text message of somebody. */
function written(text: string, sender: string): IncomingMessage {
  return {
    messageId: `om_${text}`,
    chatId: "oc_1",
    chatType: "p2p",
    sender,
    createdAt: 1,
    receivedAt: 1,
    type: "text",
    text,
    mentionsBot: false,
    attachments: [],
  };
}

Deno.test("what a subagent asks is asked in the chat of its parent, and answered there", async () => {
  await using world = await start("perm_in_subagent");
  world.next("asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  assertEquals(await world.click(card, "Once", "ou_owner"), "Once");
  assertEquals([...world.replies.values()], ["once"]);
  world.next("answered");
  await world.sees(/^Permission: bash\n[^]*Allowed once/);
  assertEquals(world.cards().length, 1);
});

Deno.test("an always for one of two asks closes the other, which it covers too", async () => {
  await using world = await start("perm_two_always");
  world.next("asked");
  world.next("asked");
  const [card] = await world.sees(OPEN, 2);
  assert(card !== undefined);
  assertEquals(await world.click(card, "Always", "ou_owner"), "Always");
  world.next("answered");
  world.next("answered");
  await world.sees(/Allowed, now and later/);
  await world.sees(/Answered elsewhere/);
  assertEquals([...world.replies.values()], ["always"]);
  assertEquals(world.asks.titles, []);
});

Deno.test("typed answers go to the oldest of several asks", async () => {
  await using world = await start("perm_two_reject_first");
  world.next("asked");
  world.next("asked");
  await world.sees(OPEN, 2);
  const ids = [];
  for (const typed of ["n", "1"]) {
    assert(await world.reply(typed, "ou_owner"));
    ids.push([...world.replies.keys()].at(-1));
  }
  assertEquals([...world.replies.values()], ["reject", "once"]);
  assertEquals(ids, ids.toSorted());
});

Deno.test("of two people who answer at once one is heard, and strangers are not", async () => {
  await using world = await start("perm_once");
  world.next("asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  const { asks } = world;
  assertEquals(
    await world.click(card, "Once", "ou_stranger"),
    "This question is for somebody else.",
  );
  assertEquals(asks.matchAnswer(written("y", "ou_stranger")), undefined);
  const told = await Promise.all([
    world.click(card, "Once", "ou_owner"),
    world.click(card, "Reject", "ou_friend"),
  ]);
  assertEquals(told, ["Once", "This question is over."]);
  assertEquals([...world.replies.values()], ["once"]);
  assertEquals(await world.press("per_unknown", 0, "once", "ou_owner"), "This question is over.");
});

Deno.test("an answer after the time is over changes nothing", async () => {
  await using world = await start("perm_once", 300);
  world.next("asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  const { ask, step, choice } = Object(world.twin.buttons(card.id)[0]?.value);
  await world.sees(/Nobody answered in time: rejected/);
  assertEquals([...world.replies.values()], ["reject"]);
  assertEquals(await world.press(ask, step, choice, "ou_owner"), "This question is over.");
  assertEquals(world.asks.matchAnswer(written("y", "ou_owner")), undefined);
  assertEquals(world.twin.buttons(card.id), []);
});

Deno.test("an answer that does not get through can be given once more", async () => {
  await using world = await start("perm_once");
  let failures = 0;
  const { agent } = world;
  const { decide } = agent;
  agent.decide = (...reply) => {
    if (failures++ === 0) return Promise.reject(new Error("the line is cut"));
    return decide(...reply);
  };
  world.next("asked");
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
  world.next("asked");
  const [card] = await world.sees(/Press a button, or reply 1–/);
  assert(card !== undefined);
  const first = world.twin.buttons(card.id).map(({ value }) => Object(value));
  const { ask, choice } = first[0] ?? {};
  await world.press(ask, 0, choice, "ou_owner");
  assertEquals(
    await world.press(ask, 0, choice, "ou_owner"),
    "This question is over.",
    "a button of the question before",
  );
  assert(await world.reply("1, 2", "ou_owner"));
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
    submit: () => Promise.resolve({ line: "Running." }),
  };
  await world.commit(await world.asks.open(ask));
  const [card] = await world.sees(/^Late\n/);
  assert(card !== undefined && !world.twin.plain(card).includes("/cancel"));
});

/** SPEC 4.10: a cancelled prompt never runs, and one that does not stop holds up nobody and never mixes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async";
import type { Ask } from "../../../lib/bridge/asks/ask.ts";
import { Conversation } from "../../../lib/bridge/conversation.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { feishuApi, memoryLog, messenger, tempDir } from "../../helpers.ts";
import { fakeOpencode } from "../../opencode/fake_opencode.ts";
import { until } from "../../opencode/until.ts";
import { newOutbox, startServices } from "../start_services.ts";

/** A chat, and an opencode whose sessions stay busy until they are told to stop. */
async function start() {
  const twin = await startTwin();
  const dir = await tempDir();
  const { store } = await openStore(dir.path);
  const log = memoryLog();
  const busy = new Set<string>();
  const prompts = new Map<string, unknown>();
  const posted: string[] = [];
  /** The sessions that were deleted. */
  const gone = new Set<string>();
  /** What aborts are answered, one after the other; then that they took effect. */
  const abortAnswers: Response[] = [];
  let sessions = 0;
  const session = (id: string) => ({
    [`POST /session/${id}/prompt_async`]: () => {
      const body = JSON.parse(world.requests.at(-1)?.split(" ").slice(2).join(" ") ?? "{}");
      posted.push(`${id} ${body.parts[0].text}`);
      const info = {
        id: body.messageID,
        sessionID: id,
        role: "user",
        time: { created: Date.now() },
      };
      prompts.set(id, { info, parts: [] });
      busy.add(id);
      return new Response(null, { status: 204 });
    },
    [`GET /session/${id}/message`]: () =>
      gone.has(id) ? undefined : prompts.has(id) ? [prompts.get(id)] : [],
    [`POST /session/${id}/abort`]: () => abortAnswers.shift() ?? true,
  });
  const world = fakeOpencode({
    "GET /command": () => [],
    "GET /config/providers": () => ({ providers: [] }),
    "GET /permission": () => [],
    "GET /question": () => [],
    "POST /session": () => ({ id: `ses_${++sessions}`, directory: "/work" }),
    "GET /session/status": () => Object.fromEntries([...busy].map((id) => [id, { type: "busy" }])),
    ...session("ses_1"),
    ...session("ses_2"),
  }, true);
  let stopping = new AbortController();
  const open = () => {
    const { signal } = stopping;
    const options = { log, mode: "card", throttleMs: 1, stream: "patch", signal } as const;
    const chat = messenger(feishuApi(twin, log), store, options);
    const outbox = newOutbox({ chat, store, log, signal });
    const agent = world.opencode;
    const services = startServices({ chat, store, outbox, log, signal, agent, dir });
    const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
    const record = { ...place, key: place.chatId, directory: "/work" };
    const conversation = new Conversation(record, {
      ...services,
      settings: { ...services.settings, stopMs: 300 },
    });
    return { conversation, outbox, agent };
  };
  let bridge = open();
  let said = 0;
  const end = async () => {
    stopping.abort(new Error("the bridge stops"));
    await bridge.conversation.settled();
    await bridge.outbox.settled();
  };
  return {
    twin,
    store,
    busy,
    posted,
    gone,
    abortAnswers,
    get conversation() {
      return bridge.conversation;
    },
    say: async (text: string, agoMs = 0) => {
      const message: IncomingMessage = {
        messageId: `om_${++said}`,
        chatId: twin.chat.id,
        chatType: "p2p",
        sender: "ou_owner",
        createdAt: Date.now() - agoMs,
        receivedAt: Date.now(),
        type: "text",
        text,
        mentionsBot: false,
        attachments: [],
      };
      await store.accept(message, 60_000);
      await bridge.conversation.receive(message);
      return message.messageId;
    },
    sees: (pattern: RegExp) =>
      twin.until(() => twin.botMessages().find((message) => pattern.test(twin.plain(message)))),
    restart: async () => {
      await end();
      stopping = new AbortController();
      bridge = open();
      await bridge.conversation.resume({
        turns: await store.turns(),
        inbox: [],
        recalled: Promise.resolve(new Set<string>()),
      });
    },
    [Symbol.asyncDispose]: async () => {
      await end();
      await store[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      await twin.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** The kinds of the states of the stored turns. */
async function states(store: Awaited<ReturnType<typeof start>>["store"]): Promise<string> {
  return (await store.turns()).map(({ state }) => state.kind).join();
}

Deno.test("a turn that does not stop ends with a sentence, and the next prompt gets a fresh session", async () => {
  await using world = await start();
  await world.say("first");
  await until("it is posted", () => world.posted.length === 1);
  await world.say("/cancel");
  await world.sees(/^Cancelled[^]*has not confirmed that it stopped/);
  await world.say("second");
  await until("the next is posted", () => world.posted.length === 2);
  assertEquals(world.posted, ["ses_1 first", "ses_2 second"]);
  assertMatch(await states(world.store), /^stopping,(begun|posted)$/);

  world.busy.clear();
  const end = performance.now() + 20_000;
  while ((await world.store.turns()).some(({ state }) => state.kind === "stopping")) {
    assert(performance.now() < end, "it has stopped, which is not noticed");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

Deno.test("a turn that does not stop is stopped after a restart too", async () => {
  await using world = await start();
  await world.say("first");
  await until("it is posted", () => world.posted.length === 1);
  await world.say("/cancel");
  const card = await world.sees(/^Cancelled[^]*has not confirmed that it stopped/);
  assertEquals(await states(world.store), "stopping");
  await world.restart();
  assertEquals(await states(world.store), "stopping");
  world.busy.clear();
  const end = performance.now() + 20_000;
  while (await states(world.store) !== "") {
    assert(performance.now() < end, "it has stopped, which is not noticed");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertMatch(world.twin.plain(card), /^Cancelled/);
});

Deno.test("a turn whose session is deleted while it works ends when that has stopped", async () => {
  await using world = await start();
  await world.say("first");
  await until("it is posted", () => world.posted.length === 1);
  while (await states(world.store) !== "posted") await delay(10);
  world.gone.add("ses_1");
  // As often as one request is made.
  world.abortAnswers.push(...Array.from({ length: 4 }, () => new Response(null, { status: 503 })));
  await world.restart();
  await world.sees(/^Working…[^]*opencode does not answer/);
  await world.sees(/^Interrupted/);
  assertEquals([world.abortAnswers, await states(world.store)], [[], ""]);
});

for (const by of ["text", "click"]) {
  Deno.test(`/cancel and /status act at once while an answer by ${by} is on its way to an agent that hangs`, async () => {
    await using world = await start();
    const { conversation } = world;
    await world.say("first");
    await until("it is posted", () => world.posted.length === 1);
    const submitted = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<{ line: string }>();
    const ask: Ask = {
      id: "per_1",
      title: "May it?",
      choices: [{ question: "", options: [{ value: "once", label: "Once" }], mayBePrompt: true }],
      target: { chatId: world.twin.chat.id },
      mayAnswer: () => true,
      submit: () => {
        submitted.resolve();
        return answered.promise;
      },
    };
    await conversation.commit(await conversation.asks.open(ask));
    await world.sees(/^May it\?/);
    const click = { conversation: conversation.record.key, ask: "per_1", step: 0, choice: "once" };
    const answering = by === "text" ? world.say("1") : conversation.click({ ...click, by: "ou_o" });
    await submitted.promise;
    const next = world.say("second");
    await world.say("/status");
    await world.sees(/Turn: [^n][^]*Queue: 0/);
    await world.say("/cancel");
    await world.sees(/^Cancelled/);
    answered.resolve({ line: "Allowed." });
    await Promise.all([answering, next]);
    await world.sees(/^May it\?[^]*Allowed\./);
    await until("the next is posted", () => world.posted.length === 2);
  });
}

Deno.test("a command that may have run before a crash of all is not run again, and the chat says so", async () => {
  await using world = await start();
  const { twin, store, conversation } = world;
  const run = {
    ...{ sessionId: "ses_1", directory: "/work", startedAt: Date.now() },
    ...{ userMessageId: "msg_1", partId: "prt_1" },
  };
  const target = { chatId: twin.chat.id };
  const [row] = conversation.rows(target, "");
  assert(row);
  const turn = {
    ...{ id: "turn_1", conversation: conversation.record.key, messageId: "om_1", text: "/look" },
    ...{ sender: "ou_owner", createdAt: Date.now(), slot: row.slot },
    task: { kind: "command", name: "look", arguments: "" },
    state: { kind: "begun", run },
  } as const;
  await store.commit({ turns: [turn] });
  await world.restart();
  await world.sees(/^Failed[^]*not known whether opencode ran this command/);
  assertEquals([world.posted, await states(store)], [[], ""]);
});

Deno.test("a prompt that is recalled while it is being stored never runs", async () => {
  await using world = await start();
  const { store, conversation } = world;
  const commit = store.commit.bind(store);
  const storing = Promise.withResolvers<void>();
  const stored = Promise.withResolvers<void>();
  store.commit = async (changes) => {
    if (changes.turns?.some(({ state }) => state.kind === "queued")) {
      storing.resolve();
      await stored.promise;
    }
    await commit(changes);
  };
  const id = await world.say("never");
  await storing.promise;
  await conversation.recall(id);
  stored.resolve();
  await world.sees(/^Cancelled/);
  await until("it is gone", () => conversation.queue.turns.length === 0);
  assertEquals(world.posted, []);
  assertEquals([await store.inbox(), await store.turns()], [[], []]);
});

Deno.test("when one of several late messages cannot be run, the rest stays on the card", async () => {
  await using world = await start();
  const { store, conversation } = world;
  const hour = 3_600_000;
  for (const text of ["one", "two", "three"]) await world.say(text, hour);
  await world.sees(/3 messages came late/);
  const answerTo = store.answerTo.bind(store);
  let failures = 0;
  store.answerTo = async (id) => {
    if (id === "om_2" && failures++ === 0) throw new Error("the disk fails once");
    return await answerTo(id);
  };
  const click = () =>
    conversation.click({
      conversation: conversation.record.key,
      ask: "late-om_1",
      step: 0,
      choice: "run",
      by: "ou_owner",
    });
  await click();
  await world.sees(/did not get through: the disk fails once/);
  const texts = async () => (await store.turns()).map(({ text }) => text).toSorted();
  const left = async () => (await store.inbox()).map(({ text }) => text).toSorted();
  await until("the first is queued", () => conversation.queue.turns.length === 1);
  assertEquals([await texts(), await left()], [["one"], ["three", "two"]]);
  await click();
  await until("all are queued", () => conversation.queue.turns.length === 3);
  assertEquals([await texts(), await left()], [["one", "three", "two"], []]);
});

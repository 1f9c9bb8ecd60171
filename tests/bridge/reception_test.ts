import { assert, assertEquals } from "@std/assert";
import { Asks } from "../../lib/bridge/asks/asks.ts";
import { Delivery } from "../../lib/bridge/outbox/outbox.ts";
import { Reception, type ReceptionParts } from "../../lib/bridge/reception.ts";
import type { Incoming } from "../../lib/feishu/connection/events.ts";
import { OpencodeApi } from "../../lib/opencode/v1/api.ts";
import type { Conversation, Work } from "../../lib/model/records.ts";
import { Store } from "../../lib/store/store.ts";
import { texts } from "../../lib/texts/texts.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { feishuApi, memoryLog, Tally, tempDir } from "../helpers.ts";
import { fakeServer, json } from "../opencode/fake_server.ts";

/** A reception whose downloads end when they are told to, and an opencode that knows one command. */
async function start() {
  const twin = await startTwin();
  const dir = await tempDir();
  const { store } = await Store.open(dir.path);
  const stopping = new AbortController();
  const { signal } = stopping;
  const log = memoryLog();
  const en = texts("en");
  const mode = "card";
  const chat = feishuApi(twin, log);
  const delivery = new Delivery({ chat, store, texts: en, log, mode, throttleMs: 1, signal });
  const opencode = fakeServer(() => json([{ name: "Greet", description: "" }]));
  const api = new OpencodeApi({ endpoint: () => Promise.resolve({ url: opencode.url }) });
  const downloads: { signal: AbortSignal; end: () => void }[] = [];
  const changed = new Tally();
  const files: ReceptionParts["chat"] = {
    async download(_messageId, _attachment, _path, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      downloads.push({ signal, end: resolve });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      changed.add();
      await promise;
      return { bytes: 1, mime: "" };
    },
    messages: () => Promise.resolve([]),
  };
  let conversation: Conversation = {
    key: twin.chat.id,
    chatId: twin.chat.id,
    chatType: "p2p",
    directory: "/work",
  };
  const said: string[] = [];
  const prompts: Partial<Work>[] = [];
  const reception: Reception = new Reception({
    asks: new Asks({ conversation: conversation.key, store, delivery, texts: en, log }),
    get conversation() {
      return conversation;
    },
    turns: [],
    asksKnown: () => Promise.resolve(),
    change: (now) => conversation = now,
    save: () => Promise.resolve(),
    drop: () => Promise.resolve(),
    rows: () => Promise.resolve([]),
    report: (error) => void said.push(String(error)),
    stopLoading: (all) => reception.stop(all),
    async enqueue(incoming, work) {
      await store.commit({ handled: incoming });
      prompts.push(work);
      changed.add();
    },
    async answer(incoming, views) {
      await store.commit({ handled: incoming });
      said.push(...views.map(({ text = "" }) => text));
      changed.add();
    },
  }, {
    store,
    delivery,
    chat: files,
    bot: () => Promise.resolve("ou_bot"),
    texts: en,
    log,
    agent: { api },
    systemStatus: () => [],
    outbox: dir.path,
    signal,
  });
  let sent = 0;
  return {
    reception,
    store,
    downloads,
    changed,
    said,
    prompts,
    /** Takes a message that is in the inbox. */
    take: async (text: string, file = false): Promise<string> => {
      const messageId = `om_${++sent}`;
      const incoming: Incoming = {
        messageId,
        chatId: conversation.chatId,
        chatType: "p2p",
        sender: "ou_owner",
        createdAt: Date.now(),
        receivedAt: Date.now(),
        type: "post",
        text,
        mentions: [],
        attachments: file ? [{ kind: "file", key: "f" }] : [],
      };
      await store.accept(incoming, 60_000);
      await reception.take(incoming);
      return messageId;
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error("the test is over"));
      await reception.settled();
      await delivery.settled();
      await store[Symbol.asyncDispose]();
      await opencode[Symbol.asyncDispose]();
      await twin.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a message that still loads holds up no /cancel, which calls it off", async () => {
  await using world = await start();
  await world.take("look at this", true);
  await world.changed.reached(1);
  await world.take("/status");
  await world.changed.reached(2);
  assertEquals(world.said.length, 1);
  await world.take("/cancel");
  await world.changed.reached(3);
  assertEquals(world.said.at(-1), "Stopping the running turn.");
  await world.reception.settled();
  assert(world.downloads[0]?.signal.aborted);
  assertEquals([world.prompts, await world.store.inbox()], [[], []]);
});

Deno.test("messages become prompts in their order, and what changes them waits for them", async () => {
  await using world = await start();
  await world.take("first", true);
  await world.take("second");
  await world.take("/cwd /");
  await world.changed.reached(1);
  assertEquals([world.prompts.length, world.said.length], [0, 0]);
  world.downloads[0]?.end();
  await world.reception.settled();
  assertEquals(world.prompts.map(({ text, files }) => [text, files?.length]), [
    ["first", 1],
    ["second", undefined],
  ]);
  assertEquals(world.said.length, 1);
});

Deno.test("a recalled message loads no longer", async () => {
  await using world = await start();
  const id = await world.take("look at this", true);
  await world.changed.reached(1);
  assert(world.reception.recall(id));
  await world.reception.settled();
  assertEquals([world.prompts, world.said, await world.store.inbox()], [[], [], []]);
});

Deno.test("what is recalled while it waits behind a file does nothing", async () => {
  await using world = await start();
  await world.take("first", true);
  const ids = [await world.take("second"), await world.take("/cwd /")];
  await world.changed.reached(1);
  for (const id of ids) assert(world.reception.recall(id));
  world.downloads[0]?.end();
  await world.reception.settled();
  assertEquals([world.prompts.map(({ text }) => text), world.said], [["first"], []]);
  assertEquals(await world.store.inbox(), []);
});

Deno.test("a word behind a slash is opencode's command, nearly one, or a prompt", async () => {
  await using world = await start();
  await world.take("/greet the world");
  await world.take("/great");
  await world.take("/tmp is full");
  await world.reception.settled();
  assertEquals(world.prompts, [
    {
      text: "/greet the world",
      task: { kind: "command", name: "Greet", arguments: "the world" },
    },
    { text: "/tmp is full" },
  ]);
  assertEquals(world.said, ["Did you mean /Greet? /help lists the commands."]);
});

import { assert, assertEquals } from "@std/assert";
import type { Ask } from "../../../lib/bridge/asks/ask.ts";
import { Asks } from "../../../lib/bridge/asks/asks.ts";
import type { Choice } from "../../../lib/bridge/asks/choice.ts";
import type { NewPrompt } from "../../../lib/bridge/effects.ts";
import type { HandlerConversation } from "../../../lib/bridge/conversation/handler_conversation.ts";
import { MessageHandler } from "../../../lib/bridge/conversation/message_handler.ts";
import { TurnQueue } from "../../../lib/bridge/turn/turn_queue.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { ConversationRecord } from "../../../lib/model/conversation.ts";
import { newRow } from "../../../lib/model/ledger.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import type { PastMessage } from "../../../lib/model/past_message.ts";
import type { Chat } from "../../../lib/model/ports.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { feishuApi, memoryLog, messenger, Tally, tempDir } from "../../helpers.ts";
import { fakeOpencode } from "../../opencode/fake_opencode.ts";
import { newOutbox, startServices } from "../start_services.ts";

const inOwnWords: Omit<Choice, "question"> = { options: [], custom: true };

/** What asks for a permission offers, in English. */
const permission: Omit<Choice, "question"> = {
  options: [{ value: "once", label: "Once", aliases: ["y"] }, { value: "no", label: "Reject" }],
  mayBePrompt: true,
};

/** A question with options of these labels. */
function oneOf(...labels: string[]): Omit<Choice, "question"> {
  return { options: labels.map((label) => ({ value: `chose ${label}`, label })) };
}

/** A handler of messages whose downloads end when they are told to, and an opencode that knows one command. */
async function start() {
  const twin = await startTwin();
  const dir = await tempDir();
  const { store } = await openStore(dir.path);
  const stopping = new AbortController();
  const { signal } = stopping;
  const log = memoryLog();
  const en = texts("en");
  const options = { log, mode: "card", throttleMs: 1, stream: "patch", signal } as const;
  const chat: Chat = messenger(feishuApi(twin, log), store, options);
  let hasCommands = true;
  let mayFail = () => false;
  const opencode = fakeOpencode({
    "GET /command": () =>
      hasCommands
        ? [{ name: "Greet", description: "" }]
        : Response.json({ name: "ConfigJsonError" }, { status: 400 }),
  });
  const downloads: { signal: AbortSignal; end: () => void }[] = [];
  const changed = new Tally();
  chat.download = async (_messageId, _attachment, _path, _mayWrite, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    downloads.push({ signal, end: resolve });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    changed.add();
    await promise;
    return { bytes: 1, mime: "" };
  };
  let record: ConversationRecord = {
    key: twin.chat.id,
    chatId: twin.chat.id,
    chatType: "p2p",
    directory: "/work",
  };
  const outbox = newOutbox({ chat, store, log, signal });
  const said: string[] = [];
  const prompts: NewPrompt["work"][] = [];
  const asks = new Asks({
    ...{ conversation: record.key, chat, store, outbox, texts: en, log, signal },
    hearsSince: () => 0,
    commitLater: () => {},
  });
  const conversation: HandlerConversation = {
    steer: () => Promise.resolve("nothing runs" as const),
    get record() {
      return record;
    },
    queue: new TurnQueue({
      signal,
      onError: (error) => said.push(String(error)),
      giveUp: () => Promise.resolve(),
    }),
    asks,
    mailbox: { waiting: [], skip: () => [] },
    voice: { hear: () => Promise.resolve(), sweep: () => Promise.resolve({}) },
    waitForAsks: () => Promise.resolve(),
    others: { settled: () => Promise.resolve(), look: () => Promise.resolve() },
    async commit({ update, enqueue = [], rows = [], handled = [] }) {
      if (mayFail()) throw new Error("the disk is full");
      if (update) record = update(record);
      await store.commit({ handled });
      prompts.push(...enqueue.map(({ work }) => work));
      said.push(...rows.map(({ view }) => view.text ?? ""));
      if (enqueue.length + rows.length > 0) changed.add();
    },
    finish: (message, effects = {}) => conversation.commit({ ...effects, handled: [message] }),
    absorb: () => Promise.resolve({}),
    rows: (target, said) =>
      (typeof said === "string" ? [{ status: "plain", text: said } as const] : said)
        .map((view) => newRow(record.key, chat.slot(target), view)),
    retry: (_message, error) => said.push(String(error)),
  };
  const services = startServices({
    chat,
    store,
    outbox,
    log,
    signal,
    agent: opencode.opencode,
    dir,
  });
  const newHandler = (holdMs?: number) => new MessageHandler(conversation, services, holdMs);
  const handler = newHandler();
  let sent = 0;
  const receive = async (text: string, file = false, more: Partial<IncomingMessage> = {}) => {
    const message: IncomingMessage = {
      messageId: `om_${++sent}`,
      chatId: record.chatId,
      chatType: "p2p",
      sender: "ou_owner",
      createdAt: Date.now(),
      receivedAt: Date.now(),
      type: "post",
      text,
      mentionsBot: false,
      attachments: file ? [{ kind: "file", key: "f" }] : [],
      ...more,
    };
    await store.accept(message, 60_000);
    return message;
  };
  let asked = 0;
  const answers: string[] = [];
  return {
    chat,
    handler,
    handlerConversation: conversation,
    store,
    /** Another handler of the same conversation. */
    newHandler,
    /** The conversation's record. */
    record: () => record,
    /** Makes a commit fail when this says so. */
    failCommits: (fails: () => boolean) => mayFail = fails,
    downloads,
    changed,
    said,
    prompts,
    /** Asks something; resolves with the id of the card when that was delivered. */
    ask: async (choice: Omit<Choice, "question"> = inOwnWords) => {
      const ask: Ask = {
        id: `ask-${++asked}`,
        title: "Where",
        target: { chatId: record.chatId },
        mayAnswer: () => true,
        choices: [{ question: "Where?", ...choice }],
        submit: ([values = []]) => {
          answers.push(values.join());
          return Promise.resolve({ line: "" });
        },
      };
      await store.commit(await asks.open(ask));
      await twin.until(() => twin.botMessages().length === asked);
      await asks.waitForDeliveries();
      return twin.botMessages()[asked - 1]?.id;
    },
    asks,
    answers,
    /** Breaks opencode's list of commands. */
    breakCommands: () => hasCommands = false,
    /** Takes a message that is in the inbox. */
    take: async (
      text: string,
      file = false,
      more: Partial<IncomingMessage> = {},
      by: MessageHandler = handler,
    ): Promise<string> => {
      const message = await receive(text, file, more);
      await (await by.handle(message)).rest;
      return message.messageId;
    },
    /** Takes one that came late; resolves with whether it acts at once. */
    takeLate: async (text: string) => await handler.handleLate(await receive(text)) !== undefined,
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error("the test is over"));
      await handler.settled();
      await outbox.settled();
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
  await world.handler.settled();
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
  await world.handler.settled();
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
  assert(world.handler.loading.callOff(id));
  await world.handler.settled();
  assertEquals([world.prompts, world.said, await world.store.inbox()], [[], [], []]);
});

Deno.test("what is recalled while it waits behind a file does nothing", async () => {
  await using world = await start();
  await world.take("first", true);
  const ids = [await world.take("second"), await world.take("/cwd /")];
  await world.changed.reached(1);
  for (const id of ids) assert(world.handler.loading.callOff(id));
  world.downloads[0]?.end();
  await world.handler.settled();
  assertEquals([world.prompts.map(({ text }) => text), world.said], [["first"], []]);
  assertEquals(await world.store.inbox(), []);
});

Deno.test("a word behind a slash is opencode's command, nearly one, or a prompt", async () => {
  await using world = await start();
  await world.take("/greet the world");
  await world.take("/great");
  await world.take("/tmp is full");
  await world.take("/cancel al");
  await world.handler.settled();
  assertEquals(world.prompts, [
    {
      text: "/greet the world",
      task: { kind: "command", name: "Greet", arguments: "the world" },
    },
    { text: "/tmp is full" },
  ]);
  const misused =
    "That is not how `/cancel` is written, so nothing was done. It stops the running " +
    "turn; `/cancel all` also empties the queue. Without the slash, it is a message to the agent.";
  assertEquals(world.said.toSorted(), ["Did you mean /Greet? /help lists the commands.", misused]);
});

for (
  const typed of [
    ...["/greet the world", "/GREET", "/great", "/status", "/cancel", "/sttus"],
    ...["/cancel this please", "/status of what?", "/cancel al", "/new foo"],
  ]
) {
  Deno.test(`${typed} is no answer, as it is a command or nearly one`, async () => {
    await using world = await start();
    await world.ask();
    await world.take(typed);
    await world.handler.settled();
    assertEquals(world.answers, []);
    assertEquals(world.said.length + world.prompts.length, 1);
  });
}

for (const typed of ["/usr/local", "/tmp", "here"]) {
  Deno.test(`${typed} answers a question in own words`, async () => {
    await using world = await start();
    await world.ask();
    await world.take(typed);
    assertEquals([world.answers, world.prompts], [[typed], []]);
  });
}

Deno.test("a slash text is a prompt, not an answer to an ask, while opencode does not list its commands", async () => {
  await using world = await start();
  await world.ask();
  world.breakCommands();
  await world.take("/review it");
  await world.handler.settled();
  assertEquals([world.answers, world.prompts], [[], [{ text: "/review it" }]]);
});

/** What a message has that quotes another. */
const quoting = (parentId: string | undefined) => parentId === undefined ? {} : { parentId };

/** A topic whose beginning can be read, slowly: each read waits for its turn. */
function openTopic(world: Awaited<ReturnType<typeof start>>) {
  const reads: (() => void)[] = [];
  const root: PastMessage = {
    ...{ messageId: "om_root", author: { id: "ou_bob" }, createdAt: 0, type: "text" },
    ...{ text: "the root", attachments: [], forwards: [] },
  };
  world.chat.readTopic = async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    reads.push(resolve);
    world.changed.add();
    await promise;
    return { messages: [root], hasGap: false };
  };
  return { reads, place: { threadId: "omt_1", rootId: "om_root" } };
}

Deno.test("each message carries the topic until the agent was told of it", async () => {
  await using world = await start();
  const { reads, place } = openTopic(world);
  await world.take("first", false, place);
  await world.changed.reached(1);
  // Of the same queue, but not behind the first: as if that had been held up for long.
  const other = world.newHandler();
  await world.take("second", false, place, other);
  await world.changed.reached(2);
  reads.forEach((end) => end());
  await Promise.all([world.handler.settled(), other.settled()]);
  assertEquals(world.prompts.map(({ text }) => text).toSorted(), ["first", "second"]);
  for (const { topic } of world.prompts) assert(topic?.text.includes("the root"));
  assertEquals(world.record().knowsTopic, undefined);
  await world.handlerConversation.commit({
    update: (record) => ({ ...record, knowsTopic: "turn-1" }),
  });
  await world.take("third", false, place);
  await world.handler.settled();
  assertEquals(world.prompts.at(-1), { text: "third" });
});

Deno.test("one of the agent's commands does not bring the topic, so the next prompt does", async () => {
  await using world = await start();
  const { reads, place } = openTopic(world);
  await world.take("/greet", false, place);
  await world.handler.settled();
  // Now there is a session.
  await world.handlerConversation.commit({
    update: (record) => ({ ...record, sessionId: "ses_1" }),
  });
  await world.take("first", false, place);
  await world.changed.reached(2);
  reads.forEach((end) => end());
  await world.handler.settled();
  assertEquals(world.prompts.map(({ text, topic }) => [text, topic !== undefined]), [
    ["/greet", false],
    ["first", true],
  ]);
});

Deno.test("a topic is brought with the prompt in one commit, so that neither is lost nor repeated", async () => {
  await using world = await start();
  const { reads, place } = openTopic(world);
  let fails = 1;
  world.failCommits(() => fails-- > 0);
  const id = await world.take("first", false, place);
  await world.changed.reached(1);
  reads[0]?.();
  await world.handler.settled();
  assertEquals([world.prompts, world.record().knowsTopic], [[], undefined]);
  const [message] = await world.store.inbox();
  assert(message?.messageId === id);
  await world.handler.handle(message);
  await world.changed.reached(2);
  reads[1]?.();
  await world.handler.settled();
  assertEquals(world.prompts.map(({ topic }) => topic?.text.includes("the root")), [true]);
});

Deno.test("what waits for its comment is not asked about when the comment comes at once", async () => {
  await using world = await start();
  await world.take("", true, { type: "file" });
  await world.changed.reached(1);
  world.downloads[0]?.end();
  await world.take("what is this?");
  await world.handler.settled();
  assertEquals(world.prompts.map(({ text, files }) => [text, files?.length]), [[
    "what is this?",
    1,
  ]]);
  assertEquals(world.said, []);
  await world.take("", true, { type: "file" });
  await world.changed.reached(3);
  world.downloads[1]?.end();
  await world.handler.settled();
  assertEquals(world.said, ["Got file-1. Now write what to do with it."]);
});

Deno.test("all that waits is named when a text is asked for", async () => {
  await using world = await start();
  for (const name of ["a.txt", "b.txt"]) {
    await world.take("", false, { type: "file", attachments: [{ kind: "file", key: name, name }] });
  }
  await world.changed.reached(1);
  world.downloads[0]?.end();
  await world.changed.reached(2);
  world.downloads[1]?.end();
  await world.handler.settled();
  assertEquals(world.said, ["Got a.txt, b.txt. Now write what to do with it."]);
});

Deno.test("what a text would have brought that is called off is said to wait", async () => {
  await using world = await start();
  await world.take("", true, { type: "file" });
  await world.changed.reached(1);
  const comment = await world.take("look at this", true);
  world.downloads[0]?.end();
  await world.changed.reached(2);
  assertEquals(world.said, []);
  world.handler.loading.callOff(comment);
  await world.handler.settled();
  assertEquals(world.said, ["Kept for your next message: file-1."]);
  assertEquals(world.record().files?.length, 1);
});

Deno.test("/new drops the files that wait, and says so", async () => {
  await using world = await start();
  await world.take("", true, { type: "file" });
  await world.changed.reached(1);
  world.downloads[0]?.end();
  await world.handler.settled();
  await world.take("/new");
  await world.handler.settled();
  assertEquals(world.said.at(-1), "Not kept for the new session: file-1.");
  await world.take("go on");
  await world.handler.settled();
  assertEquals(world.prompts, [{ text: "go on" }]);
});

Deno.test("a quote is read again when a text that passed took the file that it quotes", async () => {
  await using world = await start();
  const handler = world.newHandler(1);
  const parentId = await world.take("", true, { type: "file" }, handler);
  await world.changed.reached(1);
  world.downloads[0]?.end();
  await handler.settled();
  const reads: string[] = [];
  world.chat.readMessage = (id) => {
    reads.push(id);
    return Promise.resolve({
      ...{ messageId: id, author: { id: "ou_owner" }, createdAt: 0, type: "text", text: "quoted" },
      ...{ attachments: [], forwards: [] },
    });
  };
  await world.take("with a slow file", true, { parentId }, handler);
  await world.changed.reached(3);
  await world.take("passes it", false, {}, handler);
  await world.changed.reached(4);
  assertEquals([world.prompts.at(-1)?.files?.length, reads], [1, []]);
  world.downloads[1]?.end();
  await world.changed.reached(5);
  world.downloads[2]?.end();
  await handler.settled();
  assertEquals(reads, [parentId]);
  assert(world.prompts.at(-1)?.text.includes("> quoted"), JSON.stringify(world.prompts));
});

Deno.test("a comment waits for what it quotes, however long that loads", async () => {
  await using world = await start();
  const handler = world.newHandler(1);
  const parentId = await world.take("", true, { type: "file" }, handler);
  await world.changed.reached(1);
  await world.take("another thing", false, {}, handler);
  await world.changed.reached(2);
  await world.take("what is this?", false, { parentId }, handler);
  await world.take("a third thing", false, {}, handler);
  world.downloads[0]?.end();
  await handler.settled();
  assertEquals(world.prompts.map(({ text, files = [] }) => [text, files.length]), [
    ["another thing", 0],
    ["what is this?", 1],
    ["a third thing", 0],
  ]);
});

Deno.test("a quote that hangs holds up no command, and is called off", async () => {
  await using world = await start();
  world.chat.readMessage = (_, signal) => {
    world.changed.add();
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason), { once: true })
    );
  };
  await world.take("and this?", false, { parentId: "om_q" });
  await world.changed.reached(1);
  await world.take("/status");
  await world.changed.reached(2);
  await world.take("/cancel");
  await world.handler.settled();
  assertEquals([world.prompts, await world.store.inbox()], [[], []]);
});

Deno.test("a lone word that means a stop never waits behind what it should stop", async () => {
  const slashed = ["、cancel", "／ｃａｎｃｅｌ。", "/ cancel", "/Cancel!"];
  for (const word of [...slashed, "取消", "Stop!", "停止。"]) {
    await using world = await start();
    await world.take("look at this", true);
    await world.changed.reached(1);
    await world.take(word);
    await world.changed.reached(2);
    assertEquals(world.said, ["Stopping the running turn."], word);
    await world.handler.settled();
    assertEquals([world.prompts, await world.store.inbox()], [[], []], word);
  }
});

for (
  const [what, choice] of Object.entries({
    "a question in own words": inOwnWords,
    "a permission": permission,
    "a question of what begins so": oneOf("取消订阅", "Stop the server", "停止服务", "Other"),
    "several to choose from": { ...oneOf("取消订单", "Stopwatch"), multiple: true, custom: true },
  })
) {
  Deno.test(`a lone stop ends the turn while it asks, by ${what}`, async () => {
    await using world = await start();
    const card = await world.ask(choice);
    let said = 0;
    for (
      const word of ["停止", "stop", "取消", "Cancel!", "停。", "/cancel", "、cancel", "／取消"]
    ) {
      for (const quoted of [undefined, card]) {
        await world.take("", true);
        await world.changed.reached(said * 2 + 1);
        await world.take(word, false, quoting(quoted));
        await world.changed.reached(++said * 2);
        assertEquals(world.said.at(-1), "Stopping the running turn.", word);
      }
    }
    await world.handler.settled();
    assertEquals([world.answers, world.prompts, world.said.length], [[], [], said]);
  });
}

Deno.test("a lone stop is an answer where an option is called so", async () => {
  const cases = [["取消", "取消"], ["取消。", "取消"], ["STOP", "Stop"], ["stop!", "Stop"]];
  await Promise.all(
    [false, true].flatMap((isQuoted) =>
      cases.map(async ([typed = "", label = ""]) => {
        await using world = await start();
        const card = await world.ask({ ...oneOf("Go on", label), custom: true });
        await world.take("", true);
        await world.changed.reached(1);
        await world.take(typed, false, isQuoted ? quoting(card) : {});
        assertEquals([world.answers, world.said], [[`chose ${label}`], []], typed);
        // Answered, it is asked no longer.
        await world.take(typed);
        await world.changed.reached(2);
        assertEquals(world.said, ["Stopping the running turn."], typed);
      })
    ),
  );
});

Deno.test("a lone stop that quotes another card than the one that offers it stops the turn", async () => {
  await using world = await start();
  await world.ask(oneOf("Stop", "Go on"));
  const other = await world.ask(permission);
  await world.take("", true);
  await world.changed.reached(1);
  await world.take("stop");
  await world.changed.reached(2);
  assert(world.said[0]?.startsWith("Several questions"), world.said[0]);
  await world.take("stop", false, quoting(other));
  await world.changed.reached(3);
  assertEquals([world.answers, world.said.at(-1)], [[], "Stopping the running turn."]);
});

Deno.test("the hint after a wrong answer names its card, and what becomes of the text", async () => {
  for (
    const [choice, advice] of [[permission, "several words"], [oneOf("A"), "Then send"]] as const
  ) {
    await using world = await start();
    await world.ask(choice);
    await world.take("maybe");
    const [hint = "", ...more] = world.said;
    for (const part of ["“Where”", "not sent to the agent", advice]) {
      assert(hint.includes(part), hint);
    }
    assertEquals([more, world.prompts], [[], []]);
  }
});

Deno.test("what is written behind 、 as a sentence answers a question in own words", async () => {
  for (const typed of ["、cancel 按钮旁边", "、取消订阅那一页", "、get 不到数据的地方"]) {
    await using world = await start();
    await world.ask();
    await world.take(typed);
    assertEquals([world.answers, world.prompts, world.said], [[typed], [], []]);
  }
});

Deno.test("a lone stop that came late stops what runs by then, and is late when nothing does", async () => {
  await using world = await start();
  assertEquals(await world.takeLate("停止"), false);
  await world.take("look at this", true);
  await world.changed.reached(1);
  assertEquals([await world.takeLate("look again"), await world.takeLate("停止")], [false, true]);
  await world.changed.reached(2);
  await world.handler.settled();
  assertEquals([world.prompts, world.said], [[], ["Stopping the running turn."]]);
});

Deno.test("a /cancel that came late ends nothing that was sent after it", async () => {
  for (const late of ["/cancel", "/cancel all", "停止"]) {
    await using world = await start();
    const createdAt = Date.now() - 30_000;
    await world.take("look at this", true);
    await world.changed.reached(1);
    await world.take(late, false, { createdAt });
    await world.changed.reached(2);
    assertEquals(world.said, ["Nothing is running."], late);
    world.downloads[0]?.end();
    await world.handler.settled();
    assertEquals(world.prompts.map(({ text }) => text), ["look at this"], late);
  }
});

Deno.test("an answer that was written while the ask was open is no prompt when it comes after its end", async () => {
  await using world = await start();
  await world.ask(permission);
  const writtenAt = Date.now();
  await world.store.commit(await world.asks.sync([], () => true, "Nobody answered in time."));
  await world.take("y", false, { createdAt: writtenAt });
  await world.take("no", false, { createdAt: writtenAt });
  assertEquals([world.prompts, world.answers], [[], []]);
  assertEquals(world.said, ["This question is over.", "This question is over."]);
  // Neither what has nothing to do with it, nor what came before its card or after its end.
  await world.take("what is new?", false, { createdAt: writtenAt });
  await world.take("y", false, { createdAt: writtenAt - 60_000 });
  await world.take("y", false, { createdAt: Date.now() + 1_000 });
  await world.handler.settled();
  assertEquals(world.prompts.map(({ text }) => text), ["what is new?", "y", "y"]);
  assertEquals(world.answers, []);
});

Deno.test("when nothing runs, such a word without a slash is a prompt as any other", async () => {
  await using world = await start();
  await world.take("停止");
  await world.handler.settled();
  assertEquals([world.prompts, world.said], [[{ text: "停止" }], []]);
});

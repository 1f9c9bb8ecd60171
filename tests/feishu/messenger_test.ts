import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ApiError, isRetryable, NetworkError } from "../../lib/base/errors.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { BotIdentity } from "../../lib/feishu/bot_identity.ts";
import { codeMeaning } from "../../lib/feishu/rest/codes.ts";
import type { View } from "../../lib/model/view.ts";
import { texts } from "../../lib/texts/texts.ts";
import { feishuApi, memoryLog, REFUSED_EDITS, tempDir } from "../helpers.ts";
import { laterBy } from "../later_by.ts";
import { type Options, shown, startMessenger } from "./start_messenger.ts";

const en = texts("en");
const plain = (text: string): View => ({ status: "plain", text });
const working = (text: string): View => ({ status: "working", text });
const creates = /POST .*messages/;

Deno.test("a message is created, then edited", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin).message();
  await message.show(working("half"));
  assertEquals(Object.keys(message.slot).toSorted(), [
    ...["createdAt", "edits", "messageId", "mode", "target", "uuid"],
  ]);
  await message.show({ status: "done", text: "whole" });
  assertEquals(shown(twin), [`${en.status.done}\nwhole`]);
  assertEquals([message.slot.messageId, message.slot.edits], [twin.botMessages()[0]?.id, 1]);
});

Deno.test("a first request makes one call, and a message that exists is not markAttempted", async () => {
  await using twin = await startTwin();
  const { messenger, target, message } = startMessenger(twin);
  const slot = messenger.slot(target, "u1");
  const first = messenger.markAttempted(slot);
  assertEquals([first.uuid, first.tries, first.triedAt], ["u1", 1, first.lastTriedAt]);
  using _ = laterBy(60_000);
  const second = messenger.markAttempted(first);
  assertEquals([second.tries, second.triedAt], [2, first.triedAt]);
  assertEquals(second.previousTryAt, first.lastTriedAt);
  // As the first version stored it.
  const { tries: _tries, ...old } = first;
  assertEquals(messenger.markAttempted(old).tries, 2);
  const made = message(slot);
  await made.show(plain("x"));
  assertEquals(twin.requests.filter(({ path }) => path.includes("messages")).length, 1);
  assert(messenger.markAttempted(made.slot) === made.slot);
});

Deno.test("a reply goes to the message that it answers", async () => {
  await using twin = await startTwin();
  const { messenger, target, message } = startMessenger(twin);
  const replyTo = twin.say({ text: "hello" });
  await message(messenger.slot({ ...target, replyTo })).show(plain("hi"));
  assertEquals(twin.botMessages()[0]?.replyTo, replyTo);
});

Deno.test("an answer of the platform that is lost, also in a gateway, does not make a second message", async () => {
  for (const fault of [{}, { status: 502 }, { status: 503 }, { status: 504 }]) {
    await using twin = await startTwin();
    const message = startMessenger(twin).message();
    twin.faults.fail({ match: creates, loseAnswer: true, ...fault });
    await assertRejects(() => message.show(working("old"), "growing"), NetworkError);
    assertEquals([shown(twin).length, message.slot.tries], [1, 1]);
    await message.show({ status: "done", text: "whole" });
    assertEquals(shown(twin), [`${en.status.done}\nwhole`]);
  }
});

// The platform knows a message's uuid for one hour.
for (const [later, hours] of [["at once", 0], ["a day later", 24]] as const) {
  Deno.test(`a crash after create, before anybody noted it, repeats no message ${later}`, async () => {
    await using twin = await startTwin();
    twin.say({ text: "hello" });
    const known = startMessenger(twin).message();
    await known.show(plain("before"));
    const crashed = startMessenger(twin, {
      send: (send) => async (...args) => {
        await send(...args);
        throw new Error("crash");
      },
    }).message();
    await assertRejects(() => crashed.show(plain("once")), Error, "crash");
    using _ = laterBy(hours * 3_600_000);
    const own = { [known.slot.messageId ?? ""]: known.slot.uuid };
    const bridge = startMessenger(twin, { own });
    // Made meanwhile, and not noted yet: it belongs to somebody else.
    await bridge.message().show(plain("other"));
    await bridge.message(crashed.slot).show(plain("once"));
    assertEquals(shown(twin), ["before", "once", "other"]);
  });
}

Deno.test("a crash between the mark of a message and its slot takes no other message for it", async () => {
  await using twin = await startTwin();
  const crash = {
    send: (send) => async (...args) => {
      await send(...args);
      throw new Error("crash");
    },
  } satisfies Options;
  const [other, marked] = [startMessenger(twin, crash), startMessenger(twin, crash)];
  await assertRejects(() => other.message().show(plain("other")), Error, "crash");
  const crashed = marked.message();
  await assertRejects(() => crashed.show(plain("once")), Error, "crash");
  using _ = laterBy(24 * 3_600_000);
  const own = { [twin.botMessages()[1]?.id ?? ""]: crashed.slot.uuid };
  await startMessenger(twin, { own }).message(crashed.slot).show(plain("once"));
  assertEquals(shown(twin), ["other", "once"]);
});

for (const fault of [{ status: 400, code: 99991672 }, { status: 404, html: true }]) {
  Deno.test(`after a day, a history that answers ${fault.status} does not keep a message back`, async () => {
    await using twin = await startTwin();
    const message = startMessenger(twin).message();
    twin.faults.fail({ match: creates, status: 503 });
    await assertRejects(() => message.show(plain("the answer")), ApiError);
    using _ = laterBy(24 * 3_600_000);
    const bridge = startMessenger(twin);
    twin.faults.fail({ match: /GET .*messages/, times: 99, ...fault });
    await bridge.message(message.slot).show(plain("the answer"));
    assertEquals(shown(twin), ["the answer"]);
    assert(bridge.log.lines.some((line) => line.includes("may come twice")));
  });
}

Deno.test("after a day, a history that cannot be read for now is waited for", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin).message();
  twin.faults.fail({ match: creates, status: 503 });
  await assertRejects(() => message.show(plain("the answer")), ApiError);
  using _ = laterBy(24 * 3_600_000);
  twin.faults.fail({ match: /GET .*messages/, status: 502, html: true });
  await assertRejects(() => message.show(plain("the answer")), NetworkError);
  await message.show(plain("the answer"));
  assertEquals(shown(twin), ["the answer"]);
});

Deno.test("a card that the platform refuses goes out as a plain card, as post, as text", async () => {
  await using twin = await startTwin();
  const bridge = startMessenger(twin);
  const answer: View = { status: "done", text: "the answer" };
  for (const codes of [[230099], [230099, 230099], [230099, 230099, 230001]]) {
    for (const code of codes) twin.faults.fail({ match: creates, status: 400, code });
    await bridge.message().show(answer);
  }
  assertEquals(twin.botMessages().map(({ type }) => type), ["interactive", "post", "text"]);
  for (const text of shown(twin)) assert(text.includes("the answer"), text);
});

Deno.test("a card whose next state is refused becomes a plain card, in its place", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin).message();
  await message.show(working("so far"));
  twin.faults.refuseCards({ times: 1 });
  await message.show({ status: "done", text: "the answer" });
  assertEquals([twin.botMessages().length, message.slot.mode], [1, "plain_card"]);
  assert(shown(twin)[0]?.includes("the answer"));
});

Deno.test("a reply to a withdrawn message becomes a message of its own", async () => {
  await using twin = await startTwin();
  const { messenger, target, message } = startMessenger(twin);
  const replyTo = twin.say({ text: "never mind" });
  twin.recall(replyTo);
  await message(messenger.slot({ ...target, replyTo })).show(plain("the answer"));
  assertEquals(shown(twin), ["the answer"]);
  assertEquals(twin.botMessages()[0]?.replyTo, undefined);
});

const TOPIC = [
  // What is recalled besides the message that is replied to; what the reply replies to then.
  { name: "its first message", alsoRecalled: [], repliesTo: "first" },
  {
    name: "its last message when the first is gone too",
    alsoRecalled: ["first"],
    repliesTo: "last",
  },
] as const;

for (const { name, alsoRecalled, repliesTo } of TOPIC) {
  Deno.test(`a reply whose message was withdrawn stays in the topic, at ${name}`, async () => {
    await using twin = await startTwin();
    const { messenger, message } = startMessenger(twin);
    const group = twin.addGroup({ mode: "topic" });
    const chat = group.id;
    const first = twin.say({ text: "first", chat });
    const { threadId = "none" } = twin.message(first);
    const replyTo = twin.say({ text: "never mind", chat, replyTo: first });
    const last = twin.say({ text: "last", chat, replyTo: first });
    const ids = { first, last };
    for (const id of [replyTo, ...alsoRecalled.map((which) => ids[which])]) twin.recall(id);
    const target = { chatId: chat, replyTo, threadId, rootId: first };
    const answer = message(messenger.slot(target));
    await answer.show(plain("the answer"));
    const [sent] = twin.botMessages(chat);
    assertEquals([sent?.threadId, sent?.replyTo], [threadId, ids[repliesTo]]);
    await answer.show(plain("the whole answer"));
    assertEquals(twin.botMessages(chat).length, 1);
  });
}

for (const fault of [{ status: 400, code: 230027 }, { status: 400, code: 230019 }]) {
  Deno.test(`a reply whose topic cannot be read (${fault.code}) goes to the chat`, async () => {
    await using twin = await startTwin();
    const { messenger, message } = startMessenger(twin);
    const chat = twin.addGroup({ mode: "topic" }).id;
    const replyTo = twin.say({ text: "never mind", chat });
    const { threadId = "none" } = twin.message(replyTo);
    twin.recall(replyTo);
    twin.faults.fail({ match: /GET .*messages/, ...fault });
    await message(messenger.slot({ chatId: chat, replyTo, threadId })).show(plain("the answer"));
    assertEquals(twin.botMessages(chat).map((one) => twin.plain(one)), ["the answer"]);
    assertEquals(twin.botMessages(chat)[0]?.replyTo, undefined);
  });
}

// Some can be put right by an admin, some nobody has ever explained.
for (const code of [230002, 230013, 99991401, 99991672, 99991679, 99992402, 1500, 1]) {
  Deno.test(`what a chat refuses with ${code} is refused for good, in as many forms as there are`, async () => {
    await using twin = await startTwin();
    const message = startMessenger(twin).message();
    const forms = codeMeaning(code).reaction === "stop" ? 1 : 4;
    twin.faults.fail({ match: creates, status: 400, code, times: forms });
    const error = await assertRejects(() => message.show(plain("refused")), ApiError);
    assertEquals([error.code, error.retryable], [code, false]);
    await message.show(plain("taken"));
    assertEquals(shown(twin), ["taken"]);
  });
}

for (const [status, html] of [[502, true], [504, true], [500, false]] as const) {
  Deno.test(`a ${status} of a gateway (html: ${html}) is no refusal of the card`, async () => {
    await using twin = await startTwin();
    const message = startMessenger(twin).message();
    twin.faults.fail({ match: creates, status, html });
    const error = await assertRejects(() => message.show({ status: "done", text: "x" }), Error);
    assert(isRetryable(error));
    await message.show({ status: "done", text: "x" });
    assertEquals(twin.botMessages().map(({ type }) => type), ["interactive"]);
  });
}

Deno.test("the end of a turn waits as long as the platform asked a live edit to", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin).message();
  await message.show({ status: "working" }, "growing");
  twin.faults.fail({ match: /PATCH/, status: 429, retryAfterS: 0.5 });
  await assertRejects(() => message.show(working("words"), "growing"), ApiError);
  const refused = twin.requests.find(({ code }) => code === 99991400);
  await message.show({ status: "done", text: "whole" });
  assertEquals(shown(twin), [`${en.status.done}\nwhole`]);
  assert((twin.requests.at(-1)?.at ?? 0) - (refused?.at ?? 0) >= 490);
});

Deno.test("failed live edits are made up for by later ones", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin).message();
  await message.grow({ status: "working" });
  twin.faults.fail({ match: /PATCH/, status: 429, retryAfterS: 0.01, times: 3 });
  await message.grow(working("words"));
  assert(shown(twin)[0]?.includes("words"));
  assertEquals(shown(twin).length, 1);
});

Deno.test("a card that can no longer be changed says where the answer is", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin).message();
  await message.grow({ status: "working" });
  twin.faults.refuseCards({ match: /FINAL/ });
  await message.end({ status: "done", text: "FINAL" });
  const [card, post] = twin.botMessages();
  assertEquals([card?.type, post?.type, twin.botMessages().length], ["interactive", "post", 2]);
  assertStringIncludes(shown(twin)[0] ?? "", en.answerBelow);
  assertStringIncludes(shown(twin)[1] ?? "", "FINAL");
});

/** Those, and codes that say that a message takes no edits any more. */
const NO_EDITS = [...REFUSED_EDITS, [230031, "card"], [230072, "post"], [230075, "text"]] as const;

for (const [code, mode] of NO_EDITS) {
  Deno.test(`an end that cannot be edited in (${code}, ${mode}) comes once as a fresh message, and the old one goes`, async () => {
    await using twin = await startTwin();
    const message = startMessenger(twin, { mode }).message();
    twin.faults.fail({ match: /PATCH|PUT/, status: 400, code, times: 99 });
    await message.grow({ status: "working" });
    twin.faults.fail({ match: creates, loseAnswer: true });
    await assertRejects(() => message.show({ status: "done", text: "whole" }), NetworkError);
    await message.show({ status: "done", text: "whole" });
    const [old, fresh] = twin.botMessages();
    assertEquals([old?.recalled, fresh?.recalled, twin.botMessages().length], [true, false, 2]);
    assertStringIncludes(shown(twin)[0] ?? "", "whole");
  });
}

Deno.test("while nothing can be stored, no message takes the place of another", async () => {
  await using twin = await startTwin();
  const { messenger, message, signal } = startMessenger(twin);
  const answer = message();
  await answer.grow({ status: "working" });
  twin.faults.fail({ match: /PATCH/, status: 400, code: 230031, times: 99 });
  const trouble = working("the disk is full");
  const options = { stage: "final", signal } as const;
  await assertRejects(() => messenger.show(answer.slot, trouble, options), ApiError);
  await answer.end({ status: "done", text: "whole" });
  assertEquals(shown(twin).map((text) => text.includes("whole")), [true]);
});

Deno.test("where nothing can be edited, a growing message is replaced once, and at its end", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin, { mode: "post" }).message();
  twin.faults.fail({ match: /PUT/, status: 400, code: 230075, times: 99 });
  await message.grow(working("a"), working("a b"));
  await assertRejects(() => message.show(working("a b c"), "growing"), ApiError);
  await message.end({ status: "done", text: "a b c d" });
  assertEquals(twin.botMessages().length, 3);
  assertEquals(shown(twin).map((text) => text.includes("a b c d")), [true]);
});

Deno.test("an old message that cannot be recalled is asked for once, and the answer is there all the same", async () => {
  await using twin = await startTwin();
  const { log, message } = startMessenger(twin);
  const answer = message();
  await answer.grow({ status: "working" });
  twin.faults.fail({ match: /PATCH/, status: 400, code: 230031 });
  twin.faults.fail({ match: /DELETE/, status: 400, code: 230026, times: 9 });
  await answer.end({ status: "done", text: "whole" });
  assertEquals(shown(twin).map((text) => text.includes("whole")), [false, true]);
  assertEquals(twin.requests.filter(({ method }) => method === "DELETE").length, 1);
  assert(log.lines.some((line) => /debug.*stays as it is.*230026/i.test(line)));
});

Deno.test("a refused edit of a growing message does not send another message", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin).message();
  await message.grow({ status: "working" });
  twin.faults.fail({ match: /PATCH/, status: 400, code: 230017 });
  const error = await assertRejects(() => message.show(working("words"), "growing"), ApiError);
  assertEquals([error.code, twin.botMessages().length], [230017, 1]);
});

Deno.test("a growing message that was withdrawn is replaced", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin).message();
  await message.grow(working("one"));
  const { slot } = message;
  twin.recall(slot.messageId ?? "");
  await message.grow(working("two"));
  assert(shown(twin)[0]?.includes("two"));
  const ids = [slot.messageId, message.slot.messageId];
  assertEquals(ids, twin.botMessages().map(({ id }) => id));
  await message.grow(working("two"), working("three"));
  assertEquals(twin.botMessages()[1]?.edits.length, 1);
});

Deno.test("a file arrives once, also after an answer that got lost", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  let isLost = false;
  const message = startMessenger(twin, {
    send: (send) => async (...args) => {
      const id = await send(...args);
      if (isLost) return id;
      isLost = true;
      throw new NetworkError("the answer got lost", { service: "feishu", method: "POST" });
    },
  }).message();
  const file = `${dir.path}/answer.md`;
  await Deno.writeTextFile(file, "# all of it");
  await assertRejects(() => message.show({ status: "plain", file }), NetworkError);
  await message.show({ status: "plain", file });
  const { slot } = message;
  await Deno.remove(file);
  await message.show({ status: "plain", file });
  assertEquals([twin.botMessages().map(({ type }) => type), message.slot], [["file"], slot]);
});

Deno.test("a file whose send fails is not uploaded again", async () => {
  await using twin = await startTwin();
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "x");
    const message = startMessenger(twin).message();
    for (let i = 0; i < 3; i++) {
      twin.faults.fail({ match: /POST .*v1\/messages/, status: 500 });
      await assertRejects(() => message.show({ status: "plain", file }), ApiError);
    }
    await message.show({ status: "plain", file });
    assertEquals(twin.requests.filter(({ path }) => path.endsWith("/files")).length, 1);
    assertEquals(twin.botMessages().length, 1);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("after a day, a file is not taken for a text that was in doubt with it", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const file = `${dir.path}/answer.md`;
  await Deno.writeTextFile(file, "# all of it");
  const lost = new NetworkError("no answer", { service: "feishu", method: "POST" });
  const first = startMessenger(twin, { send: () => () => Promise.reject(lost) }).message();
  await assertRejects(() => first.show({ status: "plain", file }), NetworkError);
  const second = startMessenger(twin).message();
  twin.faults.fail({ match: creates, loseAnswer: true });
  await assertRejects(() => second.show(plain("the answer")), NetworkError);
  using _ = laterBy(24 * 3_600_000);
  const bridge = startMessenger(twin);
  await bridge.message(first.slot).show({ status: "plain", file });
  await bridge.message(second.slot).show(plain("the answer"));
  assertEquals(twin.botMessages().map(({ type }) => type), ["interactive", "file"]);
});

Deno.test("a file that is gone is an error of the disk", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin).message();
  await assertRejects(
    () => message.show({ status: "plain", file: "/nowhere/answer.md" }),
    Deno.errors.NotFound,
  );
});

Deno.test("each mark is a reaction with one of Feishu's emojis", async () => {
  await using twin = await startTwin();
  const { messenger, signal } = startMessenger(twin);
  const id = twin.say({ text: "hello" });
  for (const mark of ["taken", "done", "failed", "cancelled"] as const) {
    await messenger.react(id, mark, signal);
  }
  const reactions = twin.requests.filter(({ path }) => path.endsWith("/reactions"));
  assertEquals(
    reactions.map((
      { body, code },
    ) => [JSON.stringify(body).match(/"emoji_type":"(\w+)"/)?.[1], code]),
    [["OnIt", 0], ["DONE", 0], ["ERROR", 0], ["CrossMark", 0]],
  );
});

Deno.test("a stored message can be read, until it is recalled", async () => {
  await using twin = await startTwin();
  const { messenger, signal } = startMessenger(twin);
  const id = twin.say({ text: "fix the bug" });
  assertEquals((await messenger.readMessage(id, signal)).text, "fix the bug");
  assertEquals(await messenger.isRecalled(id, signal), false);
  twin.recall(id);
  assertEquals(await messenger.isRecalled(id, signal), true);
});

Deno.test("a page of a history has what people wrote, what they recalled, and the topics that begin in it", async () => {
  await using twin = await startTwin();
  const { messenger, message, signal } = startMessenger(twin);
  await message().show(plain("ours"));
  const chat = twin.chat.id;
  const now = twin.clock.now();
  const old = twin.say({ text: "old", createdAt: now - 60_000 });
  const ids = ["one", "two"].map((text) => twin.say({ text }));
  const gone = twin.say({ text: "never mind" });
  twin.recall(gone);
  const reply = twin.say({ text: "in a topic", replyTo: old, thread: "new" });
  const { threadId: id = "none" } = twin.message(reply);
  const place = { chatId: chat, chatType: "p2p" } as const;
  const page = await messenger.history(place, { since: now - 1_000 }, signal);
  assertEquals(page.messages.map(({ messageId }) => messageId), ids.toReversed());
  assertEquals(page.messages.map(({ text, chatType }) => [text, chatType]), [
    ["two", "p2p"],
    ["one", "p2p"],
  ]);
  assertEquals([page.recalled, page.topics], [[gone], [{ id, beganAt: now - 60_000 }]]);
  const topic = await messenger.history({ ...place, threadId: id }, { since: now - 1_000 }, signal);
  assertEquals(topic.messages.map(({ text, threadId }) => [text, threadId]), [["in a topic", id]]);
  assertEquals([topic.topics, topic.next, page.next], [[], undefined, undefined]);
});

Deno.test("a history is read page by page, and no further back than it is wanted", async () => {
  await using twin = await startTwin();
  const { messenger, signal } = startMessenger(twin);
  const now = twin.clock.now();
  for (let i = 0; i < 120; i++) twin.say({ text: `${i}`, createdAt: now - 120_000 + i * 1_000 });
  const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
  const texts: string[] = [];
  let next: string | undefined;
  do {
    const page = await messenger.history(place, { since: now - 70_000, page: next }, signal);
    texts.push(...page.messages.map(({ text }) => text));
    next = page.next;
  } while (next !== undefined);
  assertEquals(texts, Array.from({ length: 70 }, (_, i) => `${119 - i}`));
  assertEquals(
    twin.requests.filter(({ method, path }) => `${method} ${path}`.includes("GET /open-apis/im"))
      .length,
    2,
  );
});

Deno.test("while Feishu does not tell who the bot is, direct chats are read, and the others wait", async () => {
  await using twin = await startTwin();
  const { messenger, signal, stop } = startMessenger(twin);
  twin.faults.fail({ match: /bot/, status: 404, html: true, times: 100 });
  const id = twin.say({ text: "fix the bug" });
  const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
  const [quote, page] = await Promise.all([
    messenger.readMessage(id, signal),
    messenger.history(place, { since: 0 }, signal),
    assertRejects(() => messenger.history({ ...place, chatType: "group" }, { since: 0 }, signal)),
  ]);
  assertEquals([quote.text, page.messages.map(({ text }) => text)], ["fix the bug", [
    "fix the bug",
  ]]);
  stop();
});

Deno.test("the bot's identity is asked for until it is known, and then no more", async () => {
  await using twin = await startTwin();
  const { signal } = new AbortController();
  const log = memoryLog();
  const bot = new BotIdentity({ api: feishuApi(twin, log), log, signal });
  twin.faults.fail({ match: /bot/, status: 400, code: 99991672 });
  await Promise.all([1, 2].map(() => assertRejects(() => bot.openId(), ApiError)));
  assertMatch(bot.trouble, /99991672/);
  twin.faults.fail({ match: /bot/, status: 429, retryAfterS: 0.01 });
  assertEquals(
    new Set(await Promise.all([bot.openId(), bot.openId()])),
    new Set([twin.app.openId]),
  );
  await bot.openId();
  assertEquals(twin.requests.filter(({ path }) => path.includes("bot")).length, 3);
  assertEquals(bot.trouble, "");
});

Deno.test("the bot's identity is known to later runs, and an answer without an open_id does not count", async () => {
  await using twin = await startTwin();
  const { signal } = new AbortController();
  const saved: string[] = [];
  const start = (openId?: string) => {
    const log = memoryLog();
    const save = (openId: string) => Promise.resolve(void saved.push(openId));
    return new BotIdentity({ api: feishuApi(twin, log), known: { openId, save }, log, signal });
  };
  for (const body of ['{"code":0}', '{"code":0,"bot":{"open_id":""}}', '{"bot":{}}', "[]"]) {
    twin.faults.fail({ match: /bot/, status: 200, body });
  }
  const bot = start();
  assertEquals([await bot.openId(), await bot.openId()], [twin.app.openId, twin.app.openId]);
  assertEquals(saved, [twin.app.openId]);
  const before = twin.requests.length;
  assertEquals(await start(saved[0]).openId(), twin.app.openId);
  assertEquals(twin.requests.length, before);
});

Deno.test("a message that the bridge does not know any more is not taken for one that is newer", async () => {
  await using twin = await startTwin();
  let isDown = false;
  const bridge = startMessenger(twin, {
    send: (send) => (...args) =>
      isDown
        ? Promise.reject(new NetworkError("no answer", { service: "feishu", method: "POST" }))
        : send(...args),
  });
  await bridge.message().show(plain("an older answer"));
  isDown = true;
  const message = bridge.message();
  await assertRejects(() => message.show(plain("the answer")), NetworkError);
  using _ = laterBy(72 * 3_600_000);
  await startMessenger(twin).message(message.slot).show(plain("the answer"));
  assertEquals(shown(twin), ["an older answer", "the answer"]);
});

Deno.test("after a restart, an older message is not taken for one that is newer either", async () => {
  await using twin = await startTwin();
  const before = startMessenger(twin).message();
  await before.show(plain("an older answer"));
  const bridge = startMessenger(twin, {
    send: () => () =>
      Promise.reject(new NetworkError("no answer", { service: "feishu", method: "POST" })),
  });
  bridge.messenger.learnNewest(new Map([[twin.chat.id, before.slot.messageId ?? ""]]));
  const message = bridge.message();
  await assertRejects(() => message.show(plain("the answer")), NetworkError);
  using _ = laterBy(72 * 3_600_000);
  await startMessenger(twin).message(message.slot).show(plain("the answer"));
  assertEquals(shown(twin), ["an older answer", "the answer"]);
});

Deno.test("cards that were replaced while they grew slow nothing down", async () => {
  await using twin = await startTwin({ cardkit: true, limits: { perChat: 100 } });
  const bridge = startMessenger(twin, { stream: "cardkit", throttleMs: 1_500 });
  for (let i = 0; i < 8; i++) {
    const message = bridge.message();
    await message.grow(working(`${i}`));
    twin.recall(message.slot.messageId ?? "");
    await message.grow(working(`${i} words`));
  }
  const message = bridge.message();
  await message.grow(working("the last"), working("the last words"));
  // 60 ms for each card that grows, at least 250.
  assertEquals(message.paceMs, 250);
});

/** A voice message is text before it runs, and its sender can correct it. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { NetworkError } from "../../../lib/base/errors.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { tempDir } from "../../helpers.ts";
import { FakeTranscriber, startVoice } from "./start_voice.ts";
import { until } from "../../until.ts";

const en = texts("en");
type World = Awaited<ReturnType<typeof startVoice>>;

/** Waits until one of the bot's messages shows this. */
function sees(twin: Twin, pattern: RegExp) {
  return twin.until(() => twin.botMessages().find((one) => pattern.test(twin.plain(one))));
}

/** Waits until these are the texts of the turns that run or wait. */
async function runs(world: World, ...expected: string[]): Promise<void> {
  const end = performance.now() + 10_000;
  while (JSON.stringify(await world.turns()) !== JSON.stringify(expected)) {
    assert(performance.now() < end, `${await world.turns()} is not ${expected}`);
    await delay(10);
  }
}

/** Writes a text after all that the twin has shown so far. */
async function says(twin: Twin, world: World, text: string, replyTo?: string, user?: string) {
  await delay(5);
  const id = twin.say({ text, ...(replyTo && { replyTo }), ...(user && { user }) });
  await world.receive(id);
  return id;
}

Deno.test("what was heard is shown, runs by its button once, and is gone then", async () => {
  await using twin = await startTwin();
  const transcriber = new FakeTranscriber();
  transcriber.next = () => "What is *here*, [it](k)?\u2028\u202e\x1bTell\u200b me.";
  await using world = await startVoice(twin, { transcriber });
  const id = await world.speak();
  const card = await sees(
    twin,
    /^Voice message\n[^]*What is &#42;here&#42;, &#91;it&#93;\(k\)\?\n> Tell me\.[^]*reply to this message/,
  );
  assertEquals([await world.turns(), transcriber.heard], [[], [50]]);
  assertEquals(twin.buttons(card.id).map(({ label }) => label), ["Run", "Drop"]);
  // It is delivered again: nothing is heard or shown twice.
  await world.receive(id, { type: "audio", text: "" });
  assertEquals(await world.click(card, "Run", twin.user.openId), "Run");
  // What runs has nothing that was not shown.
  await runs(world, "What is *here*, [it](k)?\nTell me.");
  assertEquals(
    await world.click(card, "Run", twin.user.openId).catch(String),
    "This question is over.",
  );
  await sees(twin, /^Voice message[^]*Running\./);
  assertEquals([await world.store.inbox(), transcriber.heard.length], [[], 1]);
  assertEquals((await world.store.turns()).map(({ messageId }) => messageId), [id]);
});

Deno.test("a reply to the card says it in other words; what quotes nothing is a prompt of its own", async () => {
  await using twin = await startTwin();
  const transcriber = new FakeTranscriber();
  transcriber.next = () => "delete the best branch";
  await using world = await startVoice(twin, { transcriber });
  await world.speak();
  const card = await sees(twin, /^Voice message[^]*best branch/);
  // However short it is: Chinese has no blanks.
  await says(twin, world, "先看看日志");
  await runs(world, "先看看日志");
  const other = twin.addUser("Olive").openId;
  assertEquals(await world.click(card, "Run", other), en.notYourAsk);
  // What others write is theirs.
  await says(twin, world, "delete all", card.id, other);
  await until("two turns wait", async () => (await world.turns()).length >= 2);
  assertEquals((await world.store.turns()).map(({ sender }) => sender), [twin.user.openId, other]);
  await says(twin, world, "delete the test branch", card.id);
  await sees(twin, /^Voice message[^]*Running with your words\./);
  assertEquals((await world.turns()).slice(2), ["delete the test branch"]);
  assertEquals(await world.store.inbox(), []);
});

Deno.test("a recording is dropped by its button or a word, and asked about where several are open", async () => {
  await using twin = await startTwin();
  const transcriber = new FakeTranscriber();
  await using world = await startVoice(twin, { transcriber });
  for (const text of ["one", "two"]) {
    transcriber.next = () => `number ${text}`;
    await world.speak();
    await sees(twin, new RegExp(`^Voice message[^]*number ${text}`));
  }
  await says(twin, world, "run");
  await sees(twin, /Several questions are open[^]*number one[^]*number two/);
  const card = await sees(twin, /^Voice message[^]*number one/);
  await world.click(card, "Drop", twin.user.openId);
  await sees(twin, /^Voice message[^]*number one[^]*Dropped\./);
  await says(twin, world, "run");
  await runs(world, "number two");
});

Deno.test("spoken words are never a command", async () => {
  await using twin = await startTwin();
  const transcriber = new FakeTranscriber();
  await using world = await startVoice(twin, { transcriber });
  await says(twin, world, "go on");
  await runs(world, "go on");
  for (const said of ["cancel", "/new", "!now this"]) {
    transcriber.next = () => said;
    await world.speak();
    const card = await sees(twin, new RegExp(`^Voice message[^]*${said}`));
    await world.click(card, "Run", twin.user.openId);
    await sees(twin, new RegExp(`^Voice message[^]*${said}[^]*Running\\.`));
  }
  await runs(world, "go on", "cancel", "/new", "!now this");
  // But somebody may answer a card with a command.
  transcriber.next = () => "hm";
  await world.speak();
  const card = await sees(twin, /^Voice message[^]*hm/);
  await says(twin, world, "/status", card.id);
  await sees(twin, /Queue: 3/);
});

Deno.test("where it is set, what was heard runs at once, unless it may be more than a prompt", async () => {
  await using twin = await startTwin();
  const transcriber = new FakeTranscriber();
  await using world = await startVoice(twin, { transcriber, settings: { runsHeard: true } });
  transcriber.next = () => "look around";
  await world.speak();
  await runs(world, "look around");
  for (const said of ["Stop.", "/new please"]) {
    transcriber.next = () => said;
    await world.speak();
    await sees(twin, new RegExp(`^Voice message[^]*${said}`));
  }
  await runs(world, "look around");
});

Deno.test("while one is heard it can be called off, by its recall or by /cancel", async () => {
  await using twin = await startTwin();
  const transcriber = new FakeTranscriber();
  transcriber.next = () => new Promise(() => {});
  await using world = await startVoice(twin, { transcriber });
  const ends = [
    (id: string) => world.router.recalled(twin.chat.id, id),
    () => says(twin, world, "/cancel"),
  ];
  for (const [i, end] of ends.entries()) {
    const id = await world.speak();
    await until("it was heard", () => transcriber.heard.length > i);
    await end(id);
    await until("the inbox is empty", async () => (await world.store.inbox()).length === 0);
  }
  transcriber.next = () => "now";
  await world.speak();
  await sees(twin, /^Voice message[^]*now/);
  assertEquals(await world.turns(), []);
});

Deno.test("after a restart the same card is there, and nothing is heard twice", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const transcriber = new FakeTranscriber();
  const options = { transcriber, dir: dir.path };
  const never = Promise.withResolvers<string>();
  {
    await using world = await startVoice(twin, options);
    transcriber.next = () => "first";
    await world.speak();
    await sees(twin, /^Voice message[^]*first/);
    transcriber.next = () => never.promise;
    await world.speak();
    await until("both were heard", () => transcriber.heard.length >= 2);
  }
  transcriber.next = () => "second";
  await using world = await startVoice(twin, options);
  await world.router.resume();
  await world.outbox.resume();
  // What was being heard when it ended is heard again.
  await sees(twin, /^Voice message[^]*second/);
  const cards = twin.botMessages().filter((one) => /^Voice message/.test(twin.plain(one)));
  assertEquals([cards.length, transcriber.heard.length], [2, 3]);
  const [first] = cards;
  assert(first);
  await world.click(first, "Run", twin.user.openId);
  await runs(world, "first");
});

Deno.test("a card whose message is handled, recalled, or of somebody who is gone is closed", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const transcriber = new FakeTranscriber();
  const { openId } = twin.user;
  const guest = twin.addUser("Gus").openId;
  const place = { dir: dir.path, transcriber };
  const list = (...openIds: string[]) => ({ allowed: { kind: "list", openIds } } as const);
  {
    await using world = await startVoice(twin, { ...place, ...list(openId, guest) });
    transcriber.next = () => "recalled";
    const id = await world.speak();
    await sees(twin, /^Voice message[^]*recalled/);
    await world.router.recalled(twin.chat.id, id);
    await sees(twin, /^Voice message[^]*recalled[^]*Dropped\./);
    assertEquals(await world.store.inbox(), []);
    transcriber.next = () => "of a guest";
    await world.speak({ sender: guest });
    await sees(twin, /^Voice message[^]*of a guest/);
  }
  await using world = await startVoice(twin, { ...place, ...list(openId) });
  await world.router.resume();
  await world.outbox.resume();
  await sees(twin, /^Voice message[^]*of a guest[^]*This question is over\./);
  assertEquals([await world.store.inbox(), await world.turns()], [[], []]);
});

Deno.test("the card of somebody who is removed while it is open is closed, and nothing of it runs", async () => {
  await using twin = await startTwin();
  const transcriber = new FakeTranscriber();
  const guest = twin.addUser("Gus").openId;
  const paired = [{ openId: guest, since: 1 }];
  await using world = await startVoice(twin, { transcriber, paired, allowed: { kind: "pair" } });
  await world.speak({ sender: guest });
  const card = await sees(twin, /^Voice message[^]*hello/);
  await world.admission.remove(guest);
  await sees(twin, /^Voice message[^]*hello[^]*Dropped\./);
  assert(twin.buttons(card.id).length === 0);
  assertEquals([await world.store.inbox(), await world.turns()], [[], []]);
});

Deno.test("what cannot be heard is said, and nothing is loaded that is too long", async () => {
  await using twin = await startTwin();
  const transcriber = new FakeTranscriber();
  await using world = await startVoice(twin, { transcriber });
  await world.speak({ ms: 600_000 });
  await sees(twin, /is 10 min 0 s long, and at most 1 min 0 s can be read/);
  assertEquals(transcriber.heard, []);
  assert(!twin.requests.some(({ path }) => path.includes("/resources/")));
  transcriber.next = () => "";
  await world.speak();
  await sees(twin, /Nothing was heard/);
  transcriber.next = () =>
    Promise.reject(
      new NetworkError("the transcription endpoint x does not answer: refused", {
        service: "speech",
        method: "POST x",
      }),
    );
  await world.speak();
  await sees(twin, /could not be read: the transcription endpoint x does not answer: refused/);
  assertEquals([await world.store.inbox(), await world.turns()], [[], []]);
});

Deno.test("a long recording is shown in part, with all of it in a file, and runs whole", async () => {
  await using twin = await startTwin();
  const transcriber = new FakeTranscriber();
  const said = "many words ".repeat(2_000).trim();
  transcriber.next = () => said;
  await using world = await startVoice(twin, { transcriber });
  await world.speak();
  const card = await sees(
    twin,
    /^Voice message[^]*… *\n+18999 more characters are in the file above/,
  );
  await world.click(card, "Run", twin.user.openId);
  await runs(world, said);
  assert(twin.botMessages().some(({ type }) => type === "file"));
});

Deno.test("without an endpoint a line says how to get one, but not to people who talk to each other", async () => {
  await using twin = await startTwin();
  await using world = await startVoice(twin, { group: "all" });
  const group = twin.addGroup({ name: "team", members: [twin.user.openId] }).id;
  const unaddressed = { chatId: group, chatType: "group", mentionsBot: false } as const;
  await world.speak(unaddressed);
  await world.speak();
  await sees(twin, /not read here yet[^]*BRIDGE_STT_URL/);
  assertEquals(twin.botMessages(group), []);
  assert(world.log.lines.some((line) => line.includes("unsupported message_type=audio")));
});

Deno.test("a late voice message is asked about before anybody hears it", async () => {
  await using twin = await startTwin();
  const transcriber = new FakeTranscriber();
  await using world = await startVoice(twin, { transcriber });
  await world.speak({ createdAt: Date.now() - 3_600_000 });
  const late = await sees(twin, /1 message came late[^]*Voice message/);
  assertEquals(transcriber.heard, []);
  await world.click(late, "Run", twin.user.openId);
  const card = await sees(twin, /^Voice message[^]*hello/);
  await world.click(card, "Run", twin.user.openId);
  await runs(world, "hello");
});

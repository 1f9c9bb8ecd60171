import { assert, assertEquals, assertMatch } from "@std/assert";
import { withoutMark } from "../../../lib/bridge/conversation/steer_mark.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import { until } from "../../until.ts";
import { startTurns, turnStates } from "../turn/start_turns.ts";

Deno.test("a text that begins with ! goes to the agent while the turn runs, and what it steers is not queued", async () => {
  await using world = await startTurns();
  const { posted, conversation, store, twin } = world;
  await world.say("first");
  await until("it is posted", () => world.hasPosted(1));
  await world.say("second");
  await world.say("！ 改用中文");
  await until("it is put in", () => world.hasPosted(2));
  assertEquals(posted, ["ses_1 first", "ses_1 改用中文"]);
  const steered = await world.sees(/Goes into the running turn/);
  assertEquals(twin.buttons(steered.id), []);
  await until("it is stored", () => conversation.queue.turns[1]?.record.state.kind === "posted");
  assertEquals(conversation.queue.turns.map(({ record }) => record.text), [
    ...["first", "改用中文"],
    "second",
  ]);
  // Over a restart it is not put in again, and stopping the turn stops it too.
  await world.restart();
  assertEquals(await turnStates(store), "posted,queued,posted");
  assertEquals(world.conversation.queue.turns[1]?.record.text, "改用中文");
  await world.say("/cancel");
  world.busy.clear();
  await until("the last one runs", () => posted.length === 3, 20_000);
  assertMatch(posted[2] ?? "", / second$/);
});

Deno.test("a prompt that is steered but was not answered with the turn runs once, on its own", async () => {
  await using world = await startTurns();
  const { posted, twin, promptAnswers, conversation } = world;
  await world.say("first");
  await until("it is posted", () => posted.length === 1);
  await world.say("second");
  const waiting = await world.sees(/^Queued[^]*\[Now\]\n\[Remove\]/);
  // The agent refuses it once: it waits for its own run again.
  promptAnswers.push(Response.json({ name: "Bad", data: { message: "no" } }, { status: 400 }));
  assertMatch(await world.press(waiting, "Now"), /^Goes into the running turn/);
  await until("it was refused", () => posted.length === 2);
  await until("it waits", () => conversation.queue.turns[1]?.record.state.kind === "queued");
  // Its message says so, and what it asks for again is told as it is.
  await twin.until(() => twin.buttons(waiting.id).length === 2);
  assertEquals(await conversation.steer(conversation.queue.turns[1]?.record.id ?? ""), "refused");
  world.busy.clear();
  await world.say("/cancel");
  await until("it runs", () => posted.length === 3, 20_000);
  assertMatch(posted[2] ?? "", / second$/);
  assertEquals(twin.botMessages().filter((one) => /Working/.test(twin.plain(one))).length, 1);
});

Deno.test("/queue lists what waits, and takes out what its number meant when it was listed", async () => {
  await using world = await startTurns();
  const { posted, twin, conversation } = world;
  await world.say("/queue");
  await world.sees(/Nothing waits/);
  for (const text of ["first", "second", "third", "fourth"]) await world.say(text);
  await until("all are there", () => posted.length === 1 && conversation.queue.turns.length === 4);
  await world.say("/queue");
  const list = await world.sees(/1\. second\n2\. third\n3\. fourth/);
  assertEquals(twin.buttons(list.id).length, 6);
  await world.press(list, "1 Remove");
  await world.sees(/Taken out of the queue: second[^]*1\. third\n2\. fourth[^]*chosen by/);
  const left = () => conversation.queue.turns.map(({ record }) => record.text).join();
  await until("it is out", () => left() === "first,third,fourth");
  // The list in which that was the second one is not the last.
  await world.say("/队列 移除 2");
  await until("the last is out", () => left() === "first,third");
  await world.say("/queue remove 2");
  await world.sees(/2 is not waiting any more/);
  const third = await world.sees(/^Queued/);
  assertEquals(await world.press(third, "Remove"), "Taken out of the queue.");
  await until("nothing waits", () => left() === "first");
  await world.say("/queue now 1");
  await world.sees(/1 is not waiting any more/);
  await world.say("/queue remove");
  await world.sees(/^Nothing waits/);
  assertEquals(posted.length, 1);
});

Deno.test("only ! before words is a mark; code and pictures are texts", () => {
  const message = { text: "" } as IncomingMessage;
  const marked = ["!use the other one", "！换一个", " ! now", "!“so”", "!`x`", "!1"];
  const plain = ["!", "!!", "![a](b)", "!= 1", "!important is lost", "! ", "/!x", "a!b", "!(x)"];
  for (const text of marked) {
    const { text: rest, isNow } = withoutMark({ ...message, text });
    assert(isNow && !/^[\s!！]/.test(rest), text);
  }
  for (const text of plain) assertEquals(withoutMark({ ...message, text }).text, text);
});

Deno.test("what was to go into the turn when the program ended goes there after its start", async () => {
  await using world = await startTurns();
  const { posted, store, conversation } = world;
  await world.say("first");
  await until("it is posted", () => world.hasPosted(1));
  await world.say("second");
  // It stores its message, and would take back what is stored below.
  await until("it waits", () => conversation.queue.turns[1]?.slot.messageId !== undefined);
  const [, second] = await store.turns();
  assert(second);
  // As if it had been stored, and nothing else.
  await conversation.commit({ turns: [{ ...second, isNow: true }] });
  await world.restart();
  await until("it is put in", () => world.hasPosted(2));
  assertEquals(posted, ["ses_1 first", "ses_1 second"]);
});

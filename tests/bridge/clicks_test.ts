import { assertEquals, assertMatch } from "@std/assert";
import { pressMessage } from "../../lib/model/message.ts";
import { until } from "../until.ts";
import { startTurns } from "./turn/start_turns.ts";

const OVER = /^That is over/;

Deno.test("Stop ends the turn of its card, says who pressed it, and never ends a later turn", async () => {
  await using world = await startTurns();
  const { twin, conversation, busy, posted } = world;
  await world.say("first");
  const card = await world.sees(/\[Stop\]/);
  await until("it is posted", () => posted.length === 1);
  const value = Object(twin.buttons(card.id)[0]?.value);
  const press = { ...value, by: "ou_owner", card: card.id };
  await world.say("second");
  assertEquals(await world.click(press), "Stopping…");
  busy.clear();
  const stopped = await world.sees(/^Cancelled/);
  assertMatch(twin.plain(stopped), /“Stop” was pressed by/);
  assertMatch(JSON.stringify(stopped.content), /"tag":"person","user_id":"ou_owner"/);
  assertEquals(twin.buttons(card.id), []);
  await until("the next is posted", () => posted.length === 2);
  // By a client that still shows the old card, and by an event that comes twice.
  assertMatch(await world.click({ ...press, argument: "all" }), OVER);
  assertMatch(await world.click(press), OVER);
  assertEquals(conversation.queue.turns.map(({ record }) => record.cancelled ?? false), [false]);
});

Deno.test("Stop all is offered while something waits, and empties the queue too", async () => {
  await using world = await startTurns();
  const { twin, conversation, busy, posted } = world;
  await world.say("first");
  const card = await world.sees(/\[Stop\]/);
  await until("it is posted", () => posted.length === 1);
  const calls = twin.requests.length;
  await world.say("second");
  const behind = await world.sees(/^Queued/);
  // The button comes with the next edit; no edit is made for it.
  const now = () => twin.buttons(card.id).map(({ label }) => label);
  assertEquals(now(), ["Stop", "Tell me when done"]);
  const edits = twin.requests.slice(calls).filter(({ path }) => path.endsWith(card.id));
  assertEquals(edits, []);
  const stopAll = { argument: "all" };
  assertEquals(await world.press(card, "Stop", "ou_owner", stopAll), "Stopping…");
  busy.clear();
  await until("nothing is left", () => conversation.queue.turns.length === 0);
  await twin.until(() => /Taken out of the queue[^]*pressed by/.test(twin.plain(behind)));
  assertEquals(posted.length, 1);
});

Deno.test("Tell me when done is stored with its turn, and its button goes", async () => {
  await using world = await startTurns();
  const { twin } = world;
  await world.say("first");
  const card = await world.sees(/\[Tell me when done\]/);
  await until("it is posted", () => world.hasPosted(1));
  assertMatch(await world.press(card, "Tell me when done"), /^You get a ping/);
  await twin.until(() => twin.buttons(card.id).map(({ label }) => label).join() === "Stop");
  await world.restart();
  const [turn] = await world.store.turns();
  assertEquals(turn?.awaitedBy, ["ou_owner"]);
});

Deno.test("a button is its owner's, and a press that was stored before a crash acts after it", async () => {
  await using world = await startTurns();
  const { store, busy, posted, conversation } = world;
  await world.say("first");
  const card = await world.sees(/\[Stop\]/);
  await until("it is posted", () => world.hasPosted(1));
  assertEquals(await world.press(card, "Stop", "ou_other"), "This button is for somebody else.");
  const press = { ...Object(await firstStop(world)), by: "ou_owner", card: card.id };
  await store.accept(pressMessage(press, conversation.record, Date.now()));
  const restarted = world.restart();
  await world.sees(/Stopping…/);
  busy.clear();
  await restarted;
  await world.sees(/^Cancelled/);
  assertEquals([posted.length, await store.inbox()], [1, []]);
});

Deno.test("Retry runs a failed prompt again once, whoever else presses it, also over a restart", async () => {
  await using world = await startTurns();
  const { twin, store, promptAnswers, posted, conversation } = world;
  promptAnswers.push(refused(), refused());
  await world.say("do it");
  const failed = await world.sees(/^Failed[^]*\[Retry\]/);
  await world.restart();
  const value = Object(twin.buttons(failed.id)[0]?.value);
  const press = { ...value, by: "ou_owner", card: failed.id };
  assertEquals(await Promise.all([world.click(press), world.press(failed, "Retry")]), [
    "Trying again…",
    "Something was chosen on this card already.",
  ]);
  await twin.until(() => /“Retry” was pressed by/.test(twin.plain(failed)));
  const again = await world.sees(/^Failed[^]*\[Retry\]/);
  // The button may be gone by the time that it is pressed.
  const old = { ...Object(twin.buttons(again.id)[0]?.value), by: "ou_owner", card: again.id };
  assertEquals(posted.map((one) => one.split(" ").slice(1).join(" ")), ["do it", "do it"]);
  assertMatch(await world.click(press), /already/);
  // The text does the same, and what begins afterwards ends the offer.
  await world.say("/retry");
  await until("it is posted", () => posted.length === 3);
  assertMatch(await world.click(old), OVER);
  await world.say("/continue");
  await world.sees(/nothing to go on with/);
  assertEquals((await store.rows(conversation.record.key)).filter(({ again }) => again), []);
});

/** The value of the button of the running turn. */
async function firstStop({ twin, sees }: Awaited<ReturnType<typeof startTurns>>): Promise<unknown> {
  return twin.buttons((await sees(/\[Stop\]/)).id)[0]?.value;
}

function refused(): Response {
  return Response.json({ name: "BadRequest", data: { message: "no" } }, { status: 400 });
}

Deno.test("Continue goes on in the session that was cut off, and in no other", async () => {
  await using world = await startTurns();
  const { twin, store, posted, promptAnswers, conversation } = world;
  promptAnswers.push(refused());
  await world.say("do it");
  const failed = await world.sees(/^Failed[^]*\[Retry\]/);
  const { sessionId = "" } = conversation.record;
  const [row] = await store.rows(conversation.record.key);
  const { key } = conversation.record;
  const offer = (session: string) => {
    const change = () => row?.again && { ...row, again: { ...row.again, session } };
    const rowChanges = [{ conversation: key, id: row?.id ?? "", change }];
    return conversation.commit({ rowChanges });
  };
  await offer("ses_before");
  await world.say("/continue");
  await world.sees(/nothing to go on with/);
  const { value } = twin.buttons(failed.id)[0] ?? {};
  const press = { ...Object(value), command: "continue", offer: "o", by: "ou_owner" };
  assertMatch(await world.click({ ...press, offer: "before", card: failed.id }), OVER);
  // The press itself is handled after that.
  await conversation.mailbox.run(() => Promise.resolve());
  await offer(sessionId);
  assertEquals(await world.click({ ...press, card: failed.id }), "Going on…");
  await until("it goes on", () => posted.length === 2);
  assertEquals(posted[1], `${sessionId} Continue.`);
});

Deno.test("a click in another chat does nothing here, whatever its value says", async () => {
  await using world = await startTurns();
  const { twin, posted, conversation } = world;
  await world.say("first");
  const card = await world.sees(/\[Stop\]/);
  await until("it is posted", () => posted.length === 1);
  const more = { chatId: "oc_elsewhere" };
  const before = twin.botMessages().length;
  assertMatch(await world.press(card, "Stop", "ou_owner", more), OVER);
  const show = { command: "status", argument: "", offer: "o" };
  const value = { ...show, conversation: conversation.record.key, owner: "ou_eve", by: "ou_eve" };
  assertMatch(await world.click({ ...value, ...more, card: "om_eve" }), OVER);
  assertEquals([conversation.queue.turns[0]?.record.cancelled, twin.botMessages().length], [
    ...[undefined, before],
  ]);
  assertEquals(await world.press(card, "Stop", "ou_owner", { chatId: twin.chat.id }), "Stopping…");
  world.busy.clear();
  await world.sees(/^Cancelled/);
});

Deno.test("everybody who presses Tell me when done is told, also while its button is still there", async () => {
  await using world = await startTurns();
  const { twin, conversation, posted } = world;
  await world.say("first");
  const card = await world.sees(/\[Tell me when done\]/);
  await until("it is posted", () => posted.length === 1);
  const people = ["ou_other", "ou_owner", "ou_third", "ou_other"];
  const value = Object(twin.buttons(card.id).find(({ label }) => /^Tell/.test(label))?.value);
  for (const by of people) {
    assertMatch(await world.click({ ...value, by, card: card.id }), /^You get a ping/);
  }
  const awaited = () => conversation.queue.turns[0]?.record.awaitedBy ?? [];
  await until("all wait", () => awaited().length === 3);
  assertEquals(awaited(), ["ou_other", "ou_owner", "ou_third"]);
});

Deno.test("Stop ends the turn also while the store gives no answer, and is told as taken", async () => {
  await using world = await startTurns();
  const { twin, store, busy, posted } = world;
  await world.say("first");
  const card = await world.sees(/\[Stop\]/);
  await until("it is posted", () => posted.length === 1);
  const value = Object(twin.buttons(card.id)[0]?.value);
  const away = Promise.withResolvers<undefined>();
  Object.assign(store, { conversation: () => away.promise });
  assertEquals(await world.click({ ...value, by: "ou_owner", card: card.id }), "Got it.");
  busy.clear();
  await world.sees(/^Cancelled/);
  away.resolve(undefined);
});

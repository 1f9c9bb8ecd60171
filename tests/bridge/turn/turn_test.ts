/** A cancelled prompt never runs, and one that does not stop holds up nobody and never mixes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Admission } from "../../../lib/bridge/people/admission.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { Tally } from "../../helpers.ts";
import { until } from "../../until.ts";
import { startTurns, turnStates } from "./start_turns.ts";

Deno.test("a turn that does not stop ends with a sentence, and the next prompt gets a fresh session", async () => {
  await using world = await startTurns();
  await world.say("first");
  await until("it is posted", () => world.posted.length === 1);
  await world.say("/cancel");
  await world.sees(/^Cancelled[^]*has not confirmed that it stopped/);
  await world.say("second");
  await until("the next is posted", () => world.posted.length === 2);
  assertEquals(world.posted, ["ses_1 first", "ses_2 second"]);
  assertMatch(await turnStates(world.store), /^stopping,(begun|posted)$/);

  world.busy.clear();
  const end = performance.now() + 20_000;
  while ((await world.store.turns()).some(({ state }) => state.kind === "stopping")) {
    assert(performance.now() < end, "it has stopped, which is not noticed");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

Deno.test("a turn that does not stop is stopped after a restart too", async () => {
  await using world = await startTurns();
  await world.say("first");
  await until("it is posted", () => world.hasPosted(1));
  await world.say("/cancel");
  const card = await world.sees(/^Cancelled[^]*has not confirmed that it stopped/);
  assertEquals(await turnStates(world.store), "stopping");
  await world.restart();
  assertEquals(await turnStates(world.store), "stopping");
  world.busy.clear();
  const end = performance.now() + 20_000;
  while (await turnStates(world.store) !== "") {
    assert(performance.now() < end, "it has stopped, which is not noticed");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertMatch(world.twin.plain(card), /^Cancelled/);
});

Deno.test("a turn whose session is deleted while it works ends when that has stopped", async () => {
  await using world = await startTurns();
  await world.say("first");
  await until("it is posted", () => world.hasPosted(1));
  const restarted = world.restart(() => {
    world.gone.add("ses_1");
    // More than are made until the chat shows it.
    const refusals = Array.from({ length: 400 }, () => new Response(null, { status: 503 }));
    world.abortAnswers.push(...refusals);
    return Promise.resolve();
  });
  await world.sees(/^Working…[^]*opencode does not answer/);
  assert(world.abortAnswers.splice(0).length > 0);
  await restarted;
  await world.sees(/^Interrupted/);
  assertEquals([world.abortAnswers, await turnStates(world.store)], [[], ""]);
});

Deno.test("a prompt that comes while opencode is away waits for it, and can be cancelled meanwhile", async () => {
  await using world = await startTurns();
  world.away(Infinity);
  await world.say("never");
  await world.sees(/^Working…[^]*opencode does not answer/);
  await world.say("/cancel");
  await world.sees(/^Cancelled/);
  assertEquals(world.log.lines.filter((line) => / turn \w+ failed/.test(line)), []);
  // More than one request makes attempts.
  world.away(6);
  await world.say("first");
  await world.sees(/^Working…[^]*opencode does not answer/);
  await until("it is posted", () => world.posted.length === 1);
  assertEquals(world.posted, ["ses_1 first"]);
});

Deno.test("a command that may have run before a crash of all is not run again, and the chat says so", async () => {
  await using world = await startTurns();
  const { twin, store, conversation } = world;
  const run = {
    ...{ sessionId: "ses_1", directory: "/tmp", startedAt: Date.now() },
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
  assertEquals([world.posted, await turnStates(store)], [[], ""]);
});

Deno.test("a prompt that is recalled while it is being stored never runs", async () => {
  await using world = await startTurns();
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

Deno.test("a message that is recalled before it is handled again never runs", async () => {
  await using world = await startTurns();
  const { store, conversation } = world;
  const { notes: { answerTo }, isInInbox } = store;
  store.notes.answerTo = () => Promise.reject(new Error("the disk fails"));
  const id = await world.say("never");
  await conversation.recall(id);
  store.notes.answerTo = answerTo;
  assertEquals(await store.inbox(), []);
  const looked = new Tally();
  store.isInInbox = (id) => isInInbox.call(store, id).finally(() => looked.add());
  await looked.reached(1);
  await world.say("first");
  await until("it is posted", () => world.posted.length === 1);
  assertEquals(world.posted, ["ses_1 first"]);
});

Deno.test("when one of several late messages cannot be run, the rest stays on the card", async () => {
  await using world = await startTurns();
  const { store, conversation } = world;
  const hour = 3_600_000;
  for (const text of ["one", "two", "three"]) await world.say(text, hour);
  await world.sees(/3 messages came late/);
  const answerTo = store.notes.answerTo.bind(store.notes);
  let failures = 0;
  store.notes.answerTo = async (id) => {
    if (id === "om_2" && failures++ === 0) throw new Error("the disk fails once");
    return await answerTo(id);
  };
  const click = () =>
    world.click({
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

Deno.test("each request that may create a turn's message is noted before it leaves, in each run", async () => {
  await using world = await startTurns();
  const { twin, store } = world;
  const isSend = (request: string) => /POST .*messages$/.test(request);
  const sends = () =>
    twin.requests.filter(({ method, path }) => isSend(`${method} ${path}`)).length;
  twin.faults.fail({ match: /POST .*messages$/, status: 502, html: true });
  twin.faults.fail({ match: /POST .*messages$/, hang: true, times: 9 });
  for (const tries of [2, 3, 4]) {
    if (tries === 2) await world.say("first");
    else await world.restart();
    await until("a request leaves", () => sends() === tries);
    assertEquals((await store.turns()).map(({ slot }) => slot.tries), [tries]);
  }
});

/** Sends a prompt, which is answered, and another after opencode's clock was set back. */
async function setBack(world: Awaited<ReturnType<typeof startTurns>>): Promise<void> {
  await world.say("before");
  await until("it is posted", async () => await turnStates(world.store) === "posted");
  await world.restart(() => Promise.resolve(world.answer("ses_1", "the answer", { isDone: true })));
  await world.sees(/^Done[^]*the answer/);
  world.setClock(0);
  await world.say("after");
}

Deno.test("after opencode's clock was set back, the next prompt goes into a fresh session and says so", async () => {
  await using world = await startTurns();
  world.setClock(8 * 3_600_000);
  await setBack(world);
  await world.sees(/clock was set back[^]*This is a fresh one/);
  await until("the next is posted", () => world.posted.length === 2);
  // The second one told the time.
  assertEquals(world.posted, ["ses_1 before", "ses_3 after"]);
});

Deno.test("a prompt that waits for opencode's clock says so", async () => {
  await using world = await startTurns();
  world.setClock(50_000);
  await setBack(world);
  await world.sees(/clock was set back[^]*goes on in this session in \d\d s[^]*\/cancel/);
  const [turn] = world.conversation.queue.turns;
  assertEquals([turn?.waitsFor, world.posted.length], [texts("en").waitsForClock, 1]);
});

Deno.test("a turn that goes on without end, as opencode's clock was set back in it, is stopped with what it has", async () => {
  await using world = await startTurns();
  world.setClock(8 * 3_600_000);
  await world.say("first");
  await until("it is posted", async () => await turnStates(world.store) === "posted");
  world.setClock(0);
  await world.restart(() => {
    world.answer("ses_1", "the answer", { isDone: true });
    // It asks the model again.
    world.busy.add("ses_1");
    return Promise.resolve();
  });
  await until("it is stopped", () => world.aborted.length > 0);
  world.busy.clear();
  await world.sees(/^Done\n[^]*clock was set back[^]*the answer/);
  assertEquals(world.aborted[0], "ses_1");
});

Deno.test("the last cards of somebody who was removed say so, and not how to go on", async () => {
  const openIds = ["ou_owner"];
  const admission = new Admission({ kind: "list", openIds });
  await using world = await startTurns({}, { admission });
  await world.say("first");
  await until("it is posted", () => world.posted.length === 1);
  await world.say("second");
  await world.sees(/^Queued/);
  openIds.pop();
  await world.conversation.dismiss("ou_owner");
  world.busy.clear();
  const gone = /^Cancelled\nou_owner may no longer use this bot/;
  await world.twin.until(() =>
    world.twin.botMessages().filter((one) => gone.test(world.twin.plain(one))).length === 2
  );
});

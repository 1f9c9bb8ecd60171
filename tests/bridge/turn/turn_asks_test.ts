/** Asks of recorded turns, in a chat of the twin. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { Ask } from "../../../lib/bridge/asks/ask.ts";
import type { Answered } from "../../../lib/model/ports.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { failReads, tempDir } from "../../helpers.ts";
import { until } from "../../until.ts";
import { startTurnAsks, written } from "./start_turn_asks.ts";

const OPEN = /^Permission: bash\n[^]*Press a button, or reply 1–3 or the name\. \/cancel ends/;

Deno.test("what a subagent asks is asked in the chat of its parent, and answered there", async () => {
  await using world = await startTurnAsks("perm_in_subagent");
  world.next("asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  assertEquals(await world.click(card, "Once", "ou_owner"), "Once");
  assertEquals([...world.replies.values()], ["once"]);
  world.next("answered");
  await world.sees(/^Permission: bash\n[^]*Allowed once/);
  assertEquals(world.cards().length, 1);
});

Deno.test("an answer for which opencode does not wait any more is not said to be somebody else's", async () => {
  await using world = await startTurnAsks("perm_once");
  world.next("asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  // As when it was started again meanwhile.
  world.agent.decide = () => Promise.resolve("gone");
  await world.click(card, "Once", "ou_owner");
  await world.sees(/^Permission: bash\n[^]*the answer had no effect/);
  assertEquals(world.cards().length, 1);
});

Deno.test("an always for one of two asks closes the other, which it covers too", async () => {
  await using world = await startTurnAsks("perm_two_always");
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
  assertEquals(world.asks.summaries, []);
});

Deno.test("/auto allows what is surely a file of the directory, once, and asks for the rest", async () => {
  await using dir = await tempDir();
  const file = join(await Deno.realPath(dir.path), "a.txt");
  const auto = { until: Date.now() + 60_000, by: "ou_owner", directory: dir.path };
  const allowed = { count: 1, last: "edit before the restart" };
  await using world = await startTurnAsks("perm_once", { auto, allowed });
  assertEquals(world.autoNote(), "Allowed by /auto: edit before the restart");
  const edit = {
    kind: "permission" as const,
    ...{ permission: "edit", always: ["*"], file },
    ...{ patterns: ["a.txt"], input: { filePath: file } },
  };
  world.ask({ ...edit, id: "per_edit" });
  await until("it is allowed", () => world.replies.get("per_edit") === "once");
  assertEquals(world.autoNote(), texts("en").autoAllowed(2, "edit a.txt"));
  await until("it is stored", async () => (await world.turn())?.allowed !== undefined);
  assertEquals((await world.turn())?.allowed, { count: 2, last: "edit a.txt" });
  assertEquals(world.cards(), []);
  world.ask({ ...edit, id: "per_link", file: "/etc/hosts", input: { filePath: "/etc/hosts" } });
  await world.sees(/^Permission: edit/);
  assertEquals(world.replies.size, 1);
});

Deno.test("/auto allows nothing that cannot be allowed, in turns of others, or when its time is over", async () => {
  await using dir = await tempDir();
  const file = join(await Deno.realPath(dir.path), "a.txt");
  const now = Date.now();
  for (
    const auto of [
      { until: now + 60_000, by: "ou_friend", directory: dir.path },
      { until: now - 1, by: "ou_owner", directory: dir.path },
    ]
  ) {
    await using world = await startTurnAsks("perm_once", { auto });
    world.ask({
      ...{ kind: "permission", id: "per_1", permission: "read", always: ["*"] },
      ...{ patterns: ["a.txt"], input: { filePath: file } },
    });
    await world.sees(/^Permission: read/);
    assertEquals(world.replies.size, 0);
  }
  await using world = await startTurnAsks("perm_once", {
    auto: { until: now + 60_000, by: "ou_owner", directory: dir.path },
  });
  world.agent.decide = () => Promise.reject(new Error("no answer"));
  world.ask({
    ...{ kind: "permission", id: "per_1", permission: "read", always: ["*"] },
    ...{ patterns: ["a.txt"], input: { filePath: file } },
  });
  await world.sees(/^Permission: read/);
});

Deno.test("an always is written down before it is given, and stays while it is in doubt", async () => {
  await using world = await startTurnAsks("perm_once");
  world.next("asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  const { decide } = world.agent;
  world.agent.decide = async () => {
    const [rule] = await world.allowed();
    assertEquals([rule?.permission, rule?.by, rule?.patterns.length], ["bash", "ou_friend", 1]);
    throw new Error("no answer");
  };
  await world.click(card, "Always", "ou_friend");
  assertEquals((await world.allowed()).length, 1);
  world.agent.decide = decide;
  await world.click(card, "Once", "ou_owner");
  assertEquals([...world.replies.values()], ["once"]);
  assertEquals(await world.allowed(), []);
});

Deno.test("an answer that failed can be given again, also where the store could not be read then", async () => {
  await using world = await startTurnAsks("perm_once");
  world.next("asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  const { decide } = world.agent;
  using reads = failReads("nobody expects this", 0);
  world.agent.decide = () => {
    reads.left = 1;
    throw new Error("no answer");
  };
  await world.click(card, "Once", "ou_owner");
  assertEquals(reads.left, 0);
  assertEquals(world.asks.summaries.length, 1);
  world.agent.decide = decide;
  await world.click(card, "Once", "ou_owner");
  assertEquals([...world.replies.values()], ["once"]);
});

for (const language of ["en", "zh"] as const) {
  Deno.test(`of several open asks a text answers the one that it quotes, else it is asked which (${language})`, async () => {
    await using world = await startTurnAsks("perm_two_reject_first", { language });
    world.next("asked");
    world.next("asked");
    const { once, whichAsk } = texts(language);
    const cards = await world.sees(new RegExp(`[*]${once}[*]`), 2);
    for (const typed of ["y", "2", "maybe"]) {
      const hint = await world.reply(typed, "ou_owner");
      assertMatch(String(hint), /\n1\. [^]*`echo A > a\.txt`\n2\. [^]*`echo B > b\.txt`$/);
      assert(String(hint).startsWith(whichAsk("")));
    }
    assertEquals(await world.reply("and then write the tests", "ou_owner"), false);
    assertEquals(world.replies.size, 0);
    assertEquals(await world.reply("n", "ou_owner", { parentId: cards[1]?.id ?? "" }), true);
    assertEquals(await world.reply("1", "ou_owner"), true, "only one is left");
    assertEquals([...world.replies.values()], ["reject", "once"]);
    const ids = [...world.replies.keys()];
    assertEquals(ids, ids.toSorted().reverse(), "the second card was answered first");
  });
}

Deno.test("what was written before a card was delivered, or quotes another message, does not answer it", async () => {
  await using world = await startTurnAsks("perm_once");
  world.next("asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  const before = { createdAt: card.createdAt - 1 };
  for (const typed of ["y", "1", "once", "拒绝"]) {
    assertEquals(await world.reply(typed, "ou_owner", before), false, typed);
    assertEquals(await world.reply(typed, "ou_owner", { parentId: "om_other" }), false, typed);
  }
  assertEquals(world.replies.size, 0);
  assertEquals(await world.reply("y", "ou_owner", { ...before, parentId: card.id }), true);
});

for (const aheadMs of [-600_000, -50_000, 50_000, 600_000]) {
  Deno.test(`an answer is known by its time although Feishu's clock is ${aheadMs / 1000} s ahead`, async () => {
    await using world = await startTurnAsks("perm_once", { aheadMs });
    world.next("asked");
    const [card] = await world.sees(OPEN);
    assert(card !== undefined);
    const sent = (ms: number) => ({ createdAt: world.ours(card.createdAt + ms) });
    assertEquals(await world.reply("y", "ou_owner", sent(-1_000)), false);
    assertEquals(await world.reply("y", "ou_owner", sent(1_000)), true);
  });
}

Deno.test("an answer waits until it is known when a card that is being sent was delivered", async () => {
  await using world = await startTurnAsks("perm_once");
  world.twin.faults.fail({ match: /POST/, loseAnswer: true });
  world.next("asked");
  await world.sees(OPEN);
  assertEquals(await world.reply("y", "ou_owner"), true);
  assertEquals([...world.replies.values()], ["once"]);
});

Deno.test("the time of an ask runs from the delivery of its card", async () => {
  await using world = await startTurnAsks("perm_once", { timeoutMs: 1_500 });
  world.twin.faults.fail({ match: /POST.*messages/, status: 500 });
  const startedAt = Date.now();
  world.next("asked");
  const summary = await world.twin.until(() => world.asks.summaries[0]);
  assertEquals(summary, { title: "Permission: bash", since: undefined });
  const [card] = await world.sees(OPEN);
  assert(card !== undefined && card.createdAt - startedAt > 1_400, "after the pause of a row");
  assertEquals(world.replies.size, 0);
  await world.sees(/Nobody answered in time: rejected/);
  assert(Date.now() - card.createdAt >= 1_400);
});

Deno.test("an answer may quote the reminder, and that comes once", async () => {
  await using world = await startTurnAsks("perm_once", { timeoutMs: 8_000 });
  world.next("asked");
  const [reminder] = await world.sees(/^Still waiting for your answer/);
  await world.sees(OPEN);
  const quote = { parentId: reminder?.id ?? "" };
  await world.settled();
  assertEquals(await world.reply("y", "ou_owner", quote), true);
  await world.sees(/Allowed once/);
  assertEquals(world.cards().length, 2);
});

/** Lets an ask expire at an agent that refuses that twice, then takes it. */
async function expire(recorded: string, method: "decide" | "dismiss", end: RegExp): Promise<void> {
  await using world = await startTurnAsks(recorded, { timeoutMs: 300 });
  const at: number[] = [];
  const { agent } = world;
  const refuse = <A extends unknown[]>(take: (...args: A) => Promise<Answered>) => (...args: A) => {
    at.push(Date.now());
    if (at.length === 3) return take(...args);
    return Promise.reject(new Error("the config is broken"));
  };
  if (method === "decide") agent.decide = refuse(agent.decide);
  else agent.dismiss = refuse(agent.dismiss);
  world.next("asked");
  await world.sees(end, 1, 30_000);
  const [first = 0, second = 0, third = 0] = at;
  assert(second - first >= 3_500 && third - second >= 7_000, `tried at ${at.join()}`);
  const told = world.cards().filter((text) => text.includes("the config is broken"));
  assertEquals([told.length, world.cards().length], [1, 3], "the card, the reminder, the notice");
}

Deno.test("an expiry that the agent refuses is tried again after pauses, and said once", async () => {
  await Promise.all([
    expire("perm_once", "decide", /Nobody answered in time: rejected/),
    expire("question", "dismiss", /Nobody answered in time/),
  ]);
});

Deno.test("a card whose commit failed is shown, and closed, when the agent is asked again", async () => {
  await using world = await startTurnAsks("perm_once");
  const failed = (times: number) =>
    until("it has failed", () => world.log.lines.join().split("store is broken").length > times);
  world.failCommits(1);
  world.next("asked");
  await failed(1);
  world.confirm();
  await world.sees(OPEN);
  world.failCommits(1);
  world.next("answered");
  await failed(2);
  world.confirm();
  await world.sees(/[Aa]nswered elsewhere/);
  assertEquals(world.cards().length, 1);
});

Deno.test("an ask that is withdrawn while its answer fails is not opened again", async () => {
  await using world = await startTurnAsks("perm_once");
  const { promise, reject } = Promise.withResolvers<Answered>();
  world.agent.decide = () => promise;
  world.next("asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  const answering = world.click(card, "Once", "ou_owner");
  await world.end();
  reject(new Error("the session is gone"));
  await answering;
  await world.sees(/^Permission: bash\n[^]*The turn is over/);
  assertEquals(world.asks.summaries, []);
  assertEquals(world.twin.buttons(card.id), []);
});

Deno.test("an answer that is under way when the turn ends is the only one", async () => {
  for (const how of ["taken", "failed"]) {
    await using world = await startTurnAsks("perm_once");
    const first = Promise.withResolvers<Answered>();
    const rejected = Promise.withResolvers<void>();
    const replies: string[] = [];
    world.agent.decide = (_directory, _id, { reply }) => {
      replies.push(reply);
      if (reply === "once") return first.promise;
      rejected.resolve();
      return Promise.resolve("gone");
    };
    world.next("asked");
    const [card] = await world.sees(OPEN);
    assert(card !== undefined);
    const answering = world.click(card, "Once", "ou_owner");
    await until("it is under way", () => replies.length === 1);
    await world.end();
    assertEquals(replies, ["once"]);
    if (how === "taken") first.resolve("answered");
    else first.reject(new Error("opencode does not answer"));
    await answering;
    // One that failed may not have arrived: the request is ended.
    if (how === "failed") await rejected.promise;
    assertEquals(replies, how === "taken" ? ["once"] : ["once", "reject"]);
  }
});

Deno.test("an ask that somebody else answered says so, also while an answer to it fails", async () => {
  for (const isAnswering of [false, true]) {
    await using world = await startTurnAsks("perm_once");
    const { promise, reject } = Promise.withResolvers<Answered>();
    world.agent.decide = () => promise;
    world.next("asked");
    const [card] = await world.sees(OPEN);
    assert(card !== undefined);
    const answering = isAnswering && world.click(card, "Once", "ou_owner");
    world.outside("always");
    await world.sees(
      /^⚠️ Allowed, now and later, by somebody else[^]*Not asked about any more:/,
    );
    world.next("answered");
    if (isAnswering) {
      await world.end();
      reject(new Error("the session is gone"));
    }
    await answering;
    await world.sees(/^Permission: bash\n[^]*Allowed, now and later, by somebody else/);
    assertEquals(world.twin.buttons(card.id), []);
    assertEquals(world.cards().filter((text) => text.startsWith("⚠️")).length, 1);
  }
});

Deno.test("what somebody else approves while a turn is being cancelled is said too", async () => {
  await using world = await startTurnAsks("perm_once");
  world.next("asked");
  await world.sees(OPEN);
  world.cancel();
  world.outside("once");
  await world.sees(/^⚠️ Approved by somebody else[^]*\/cancel stops the turn/);
});

Deno.test("what somebody else approved is told, also where the store fails at first", async () => {
  await using world = await startTurnAsks("perm_once");
  world.next("asked");
  await world.sees(OPEN);
  world.failCommits(1);
  world.outside("once");
  await world.sees(/^⚠️ Approved by somebody else/);
});

Deno.test("of two people who answer at once one is heard, and strangers are not", async () => {
  await using world = await startTurnAsks("perm_once");
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
  await using world = await startTurnAsks("perm_once", { timeoutMs: 300 });
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
  await using world = await startTurnAsks("perm_once");
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

Deno.test("there is time to give an answer again that failed at the last moment", async () => {
  await using world = await startTurnAsks("perm_once", { timeoutMs: 500 });
  const { agent } = world;
  const { decide } = agent;
  const { promise, reject } = Promise.withResolvers<Answered>();
  agent.decide = () => promise;
  world.next("asked");
  const [card] = await world.sees(OPEN);
  assert(card !== undefined);
  const answering = world.click(card, "Once", "ou_owner");
  setTimeout(() => reject(new Error("the line is cut")), 1_000);
  await answering;
  agent.decide = decide;
  await world.sees(/The answer did not get through/);
  await world.click(card, "Once", "ou_owner");
  await world.sees(/Allowed once/);
  assertEquals([...world.replies.values()], ["once"]);
});

Deno.test("questions are answered one after the other, and given to the agent together", async () => {
  await using world = await startTurnAsks("question");
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

Deno.test("an answer to an earlier question is corrected, by a button or a word, before all is sent", async () => {
  await using world = await startTurnAsks("question");
  world.next("asked");
  const [card] = await world.sees(/\(1\/2\)[^]*Press a button, or reply 1–/);
  assert(card !== undefined);
  const buttons = () =>
    world.twin.buttons(card.id).map(({ label, value }) => ({ label, ...Object(value) }));
  const [one, two] = buttons();
  assert(one !== undefined && two !== undefined);
  assert(!buttons().some(({ label }) => label === "Back"));
  await world.press(one.ask, 0, one.choice, "ou_owner");
  // What was answered is shown, and what corrects it.
  await world.sees(new RegExp(`> [^\\n]+ .${one.choice}.[^]*\\(2/2\\)[^]*“back” corrects`));
  const back = buttons().find(({ label }) => label === "Back");
  assert(back !== undefined);
  assertEquals(await world.press(one.ask, 1, back.choice, "ou_friend"), "Back");
  assertEquals(await world.press(one.ask, 1, back.choice, "ou_owner"), "This question is over.");
  assertEquals(await world.press(one.ask, 0, back.choice, "ou_owner"), "This question is over.");
  await world.press(one.ask, 0, one.choice, "ou_owner");
  assert(await world.reply("Back.", "ou_owner"));
  assert(await world.reply("2", "ou_owner"));
  assert(await world.reply("上一步", "ou_owner"));
  assert(await world.reply("2", "ou_owner"));
  assertEquals(world.replies.size, 0);
  assert(await world.reply("1", "ou_owner"));
  assertMatch([...world.replies.values()].join(), new RegExp(`^\\[\\["${two.choice}"\\],`));
});

Deno.test("an ask without a turn has no word about /cancel", async () => {
  await using world = await startTurnAsks("perm_once");
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

import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { NetworkError } from "../../../lib/base/errors.ts";
import { codeMeaning } from "../../../lib/feishu/rest/codes.ts";
import { type LedgerRow, newRow } from "../../../lib/model/ledger.ts";
import type { View } from "../../../lib/model/view.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { REFUSED_EDITS, tempDir } from "../../helpers.ts";
import { laterBy, type Options, start } from "./start_outbox.ts";

const en = texts("en");
const plain = (text: string): View => ({ status: "plain", text });

const shown = (twin: Twin, chatId?: string) =>
  twin.botMessages(chatId).filter(({ recalled }) => !recalled).map((one) => twin.plain(one));
const creates = /POST .*messages/;

Deno.test("a row arrives once and is struck off", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  await bridge.post(bridge.row({ status: "done", text: "the answer" }));
  await bridge.settled();
  assertEquals(shown(twin), [`${en.status.done}\nthe answer`]);
  assertEquals(await bridge.store.rows(), []);
});

Deno.test("a reply goes to the message that it answers", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const replyTo = twin.say({ text: "hello" });
  await bridge.post(bridge.row(plain("hi"), { ...bridge.target, replyTo }));
  await bridge.settled();
  assertEquals(twin.botMessages()[0]?.replyTo, replyTo);
});

Deno.test("rows of a conversation arrive in their order, although the first fails at first", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  twin.faults.fail({ match: creates, status: 429 });
  const rows = ["one", "two", "three"].map((text) => bridge.row(plain(text)));
  await bridge.post(...rows.toReversed());
  await bridge.failures.reached(1);
  assertEquals((await bridge.store.rows()).length, 3);
  bridge.outbox.retryNow();
  await bridge.settled();
  assertEquals(shown(twin), ["one", "two", "three"]);
});

Deno.test("other conversations do not wait for one that is stuck", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const other = twin.addGroup();
  twin.faults.fail({ match: creates, hang: true });
  await bridge.post(bridge.row(plain("stuck")));
  await twin.until(() => twin.requests.some(({ path }) => path.endsWith("/messages")));
  await bridge.post(bridge.row(plain("free"), { chatId: other.id }));
  await twin.until(() => shown(twin, other.id).length === 1);
  assertEquals([shown(twin), shown(twin, other.id)], [[], ["free"]]);
});

Deno.test("an answer of the platform that is lost does not make a second message", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  twin.faults.fail({ match: creates, loseAnswer: true });
  await bridge.post(bridge.row(plain("once")));
  await bridge.failures.reached(1);
  bridge.outbox.retryNow();
  await bridge.settled();
  assertEquals(shown(twin), ["once"]);
  assertEquals(await bridge.store.rows(), []);
});

/** The program dies after the platform created a message and before it could note that. */
const crash: Options["send"] = (send, stopping) => async (...args) => {
  await send(...args);
  stopping.abort(new Error("crash"));
  throw new Error("crash");
};

// The platform knows a message's uuid for one hour.
for (const [later, hours] of [["at once", 0], ["a day later", 24]] as const) {
  Deno.test(`a crash between create and strike-off repeats no message ${later}`, async () => {
    await using twin = await startTwin();
    await using dir = await tempDir();
    twin.say({ text: "hello" });
    {
      await using bridge = await start(twin, { dir: dir.path, send: crash });
      await bridge.post(bridge.row(plain("once")), bridge.row(plain("and then")));
      await bridge.settled();
      assertEquals((await bridge.store.rows()).length, 2);
    }
    assertEquals(shown(twin), ["once"]);
    using _ = laterBy(hours * 3_600_000);
    await using bridge = await start(twin, { dir: dir.path });
    await bridge.outbox.resume();
    await bridge.settled();
    assertEquals(shown(twin), ["once", "and then"]);
    assertEquals(await bridge.store.rows(), []);
  });
}

for (const fault of [{ status: 400, code: 99991672 }, { status: 404, html: true }]) {
  Deno.test(`after a day, a history that answers ${fault.status} does not keep a message back`, async () => {
    await using twin = await startTwin();
    await using dir = await tempDir();
    {
      await using bridge = await start(twin, { dir: dir.path });
      twin.faults.fail({ match: creates, status: 503 });
      await bridge.post(bridge.row(plain("the answer")));
      await bridge.failures.reached(1);
    }
    using _ = laterBy(24 * 3_600_000);
    await using bridge = await start(twin, { dir: dir.path });
    twin.faults.fail({ match: /GET .*messages/, times: 99, ...fault });
    await bridge.outbox.resume();
    await bridge.settled();
    assertEquals(shown(twin), ["the answer"]);
    assert(bridge.log.lines.some((line) => line.includes("may come twice")));
  });
}

Deno.test("a day offline delays a message and loses nothing", async () => {
  await using dir = await tempDir();
  const down = await startTwin();
  await down.close();
  {
    await using bridge = await start(down, { dir: dir.path });
    await bridge.post(bridge.row(plain("late")));
    await bridge.failures.reached(1);
    const [row] = await bridge.store.rows();
    assert(row?.lastError !== undefined);
  }
  await using twin = await startTwin();
  await using bridge = await start(twin, {
    dir: dir.path,
    send: (send) => (target, ...rest) => send({ ...target, chatId: twin.chat.id }, ...rest),
  });
  await bridge.outbox.resume();
  await bridge.settled();
  assertEquals(shown(twin), ["late"]);
});

Deno.test("the next attempt comes as late as the platform asks", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  twin.faults.fail({ match: creates, status: 429, retryAfterS: 0.3 });
  await bridge.post(bridge.row(plain("x")));
  await bridge.failures.reached(1);
  bridge.outbox.retryNow();
  await bridge.settled();
  const [first, second] = twin.requests.filter(({ path }) => path.endsWith("/messages"));
  assert((second?.at ?? 0) - (first?.at ?? 0) >= 290);
  assertEquals(shown(twin), ["x"]);
});

Deno.test("the end of a turn waits as long as the platform asked a live edit to", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const live = bridge.live();
  live.show(() => ({ status: "working" }));
  await twin.until(() => shown(twin).length === 1);
  twin.faults.fail({ match: /PATCH/, status: 429, retryAfterS: 0.5 });
  live.show(() => ({ status: "working", text: "words" }));
  const refused = await twin.until(() => twin.requests.find(({ code }) => code === 99991400));
  live.show(() => ({ status: "working", text: "more words" }));
  const slot = await live.stop();
  const { chatId } = bridge.target;
  await bridge.post(newRow(chatId, slot, { status: "done", text: "whole" }));
  await bridge.settled();
  assertEquals(shown(twin), [`${en.status.done}\nwhole`]);
  assert((twin.requests.at(-1)?.at ?? 0) - refused.at >= 490);
});

Deno.test("a card that the platform refuses goes out as a plain card, as post, as text", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const answer: View = { status: "done", text: "the answer" };
  for (const codes of [[230099], [230099, 230099], [230099, 230099, 230001]]) {
    for (const code of codes) twin.faults.fail({ match: creates, status: 400, code });
    await bridge.post(bridge.row(answer));
    await bridge.settled();
  }
  assertEquals(twin.botMessages().map(({ type }) => type), ["interactive", "post", "text"]);
  for (const text of shown(twin)) assert(text.includes("the answer"), text);
  assertEquals(await bridge.store.rows(), []);
});

Deno.test("a card whose next state is refused becomes a plain card, in its place", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const row = bridge.row({ status: "working", text: "so far" });
  await bridge.post({ ...row, keep: true });
  await bridge.settled();
  const [shownRow] = await bridge.store.rows();
  assert(shownRow);
  twin.faults.refuseCards({ times: 1 });
  const view: View = { status: "done", text: "the answer" };
  await bridge.post({ ...shownRow, view, keep: false, shown: false });
  await bridge.settled();
  assertEquals(twin.botMessages().length, 1);
  assert(shown(twin)[0]?.includes("the answer"));
});

Deno.test("a reply to a withdrawn message becomes a message of its own", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const replyTo = twin.say({ text: "never mind" });
  twin.recall(replyTo);
  await bridge.post(bridge.row(plain("the answer"), { ...bridge.target, replyTo }));
  await bridge.settled();
  assertEquals(shown(twin), ["the answer"]);
  assertEquals(twin.botMessages()[0]?.replyTo, undefined);
});

// Some can be put right by an admin, some nobody has ever explained.
for (const code of [230002, 230013, 99991672, 99991679, 99992402, 2200, 1500, 1]) {
  Deno.test(`what a chat refuses with ${code} lets the rest pass, and is tried again with it`, async () => {
    await using twin = await startTwin();
    await using bridge = await start(twin);
    // In as many forms as there are.
    const forms = codeMeaning(code).reaction === "stop" ? 1 : 4;
    twin.faults.fail({ match: creates, status: 400, code, times: forms });
    await bridge.post(bridge.row(plain("refused")), bridge.row(plain("taken")));
    await twin.until(() => shown(twin).length === 2);
    await bridge.settled();
    assertEquals(shown(twin), ["taken", "refused"]);
    assertEquals(await bridge.store.rows(), []);
  });
}

Deno.test("what a chat refuses is tried again by itself, and at once when that may help", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const refused = async (text: string, times: number) => {
    const before = bridge.failures.count;
    twin.faults.fail({ match: creates, status: 400, code: 230006, times });
    await bridge.post(bridge.row(plain(text)));
    await bridge.failures.reached(before + 1);
    const [row] = await bridge.store.rows();
    assert(row?.lastError?.includes("230006"));
  };
  await refused("by itself", 1);
  await twin.until(() => shown(twin).length === 1);
  await refused("after the connection came back", 1);
  bridge.outbox.retryNow();
  await twin.until(() => shown(twin).length === 2);
  await refused("after a live message", 1);
  const live = bridge.live();
  live.show(() => plain("live"));
  await twin.until(() => shown(twin).length === 4);
  await live.stop();
  await bridge.settled();
  assertEquals(await bridge.store.rows(), []);
});

Deno.test("a file that is gone is told in its place, and is no obstacle", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  await bridge.post(
    bridge.row({ status: "plain", file: "/nowhere/report.pdf" }),
    bridge.row({ status: "plain", file: "/nowhere/answer.md", isTemporary: true }),
    bridge.row(plain("next")),
  );
  await bridge.settled();
  assertEquals(
    shown(twin).toSorted(),
    [
      en.fileVanished("report.pdf"),
      en.answerFileGone,
      "next",
    ].toSorted(),
  );
  assertEquals(await bridge.store.rows(), []);
});

Deno.test("a live message is one message that ends with its row", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const slots: string[] = [];
  const live = bridge.live(bridge.newSlot(), (slot) => {
    slots.push(slot.messageId ?? "?");
    return Promise.resolve();
  });
  live.show(() => ({ status: "working" }));
  await twin.until(() => shown(twin).length === 1);
  live.show(() => ({ status: "working", text: "old" }));
  live.show(() => ({ status: "working", text: "half" }));
  await twin.until(() => shown(twin)[0]?.includes("half"));
  const slot = await live.stop();
  const { chatId } = bridge.target;
  await bridge.post(newRow(chatId, slot, { status: "done", text: "whole" }));
  await bridge.settled();
  assertEquals(shown(twin), [`${en.status.done}\nwhole`]);
  assertEquals(slots, [twin.botMessages()[0]?.id ?? ""]);
});

Deno.test("a live message shows the newest state and skips what is the same", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const live = bridge.live();
  for (let i = 0; i <= 100; i++) live.show(() => ({ status: "working", text: `${i}` }));
  await twin.until(() => shown(twin)[0]?.endsWith("100"));
  for (let i = 0; i < 10; i++) live.show(() => ({ status: "working", text: "100" }));
  live.show(() => ({ status: "working", text: "101" }));
  await twin.until(() => shown(twin)[0]?.endsWith("101"));
  await live.stop();
  assertEquals(twin.botMessages()[0]?.edits.length, 1);
});

Deno.test("a live message whose answer was lost still ends as one message", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const live = bridge.live();
  twin.faults.fail({ match: creates, loseAnswer: true });
  live.show(() => ({ status: "working" }));
  await twin.until(() => shown(twin).length === 1);
  const slot = await live.stop();
  assertNotEquals(slot.triedAt, undefined);
  const { chatId } = bridge.target;
  await bridge.post(newRow(chatId, slot, { status: "done", text: "whole" }));
  await bridge.settled();
  assertEquals(shown(twin), [`${en.status.done}\nwhole`]);
});

Deno.test("failed live edits are made up for by later ones", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const live = bridge.live();
  live.show(() => ({ status: "working" }));
  await twin.until(() => shown(twin).length === 1);
  twin.faults.fail({ match: /PATCH/, status: 429, retryAfterS: 0.01, times: 3 });
  live.show(() => ({ status: "working", text: "words" }));
  await twin.until(() => shown(twin)[0]?.includes("words"));
  await live.stop();
  assertEquals(shown(twin).length, 1);
});

Deno.test("a card that can no longer be changed says where the answer is", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const live = bridge.live();
  live.show(() => ({ status: "working" }));
  await twin.until(() => shown(twin).length === 1);
  const slot = await live.stop();
  twin.faults.refuseCards({ match: /FINAL/ });
  const { chatId } = bridge.target;
  await bridge.post(newRow(chatId, slot, { status: "done", text: "FINAL" }));
  await bridge.settled();
  const [card, post] = twin.botMessages();
  assertEquals([card?.type, post?.type, twin.botMessages().length], ["interactive", "post", 2]);
  assert(shown(twin)[0]?.includes(en.answerBelow));
  assert(shown(twin)[1]?.includes("FINAL"));
});

/** Ends a turn whose message takes no edits any more. The fresh message is sent, and the answer to that is lost. */
async function endUnheard(twin: Twin, bridge: Awaited<ReturnType<typeof start>>, code: number) {
  twin.faults.fail({ match: /PATCH|PUT/, status: 400, code, times: 99 });
  const live = bridge.live();
  live.show(() => ({ status: "working" }));
  await twin.until(() => shown(twin).length === 1);
  const slot = await live.stop();
  twin.faults.fail({ match: creates, loseAnswer: true });
  const { chatId } = bridge.target;
  await bridge.post(newRow(chatId, slot, { status: "done", text: "whole" }));
  await bridge.failures.reached(1);
}

for (const [code, mode] of REFUSED_EDITS) {
  Deno.test(`an end that cannot be edited in (${code}, ${mode}) comes once as a fresh message`, async () => {
    await using twin = await startTwin();
    await using bridge = await start(twin, { mode });
    await endUnheard(twin, bridge, code);
    bridge.outbox.retryNow();
    await bridge.settled();
    assertEquals(shown(twin).map((text) => text.includes("whole")), [true]);
    assertEquals(await bridge.store.rows(), []);
  });

  Deno.test(`it comes once, too, when its answer is lost and a day is offline (${code}, ${mode})`, async () => {
    await using twin = await startTwin();
    await using dir = await tempDir();
    {
      await using bridge = await start(twin, { dir: dir.path, mode });
      await endUnheard(twin, bridge, code);
    }
    using _ = laterBy(24 * 3_600_000);
    await using bridge = await start(twin, { dir: dir.path, mode });
    await bridge.outbox.resume();
    await bridge.settled();
    assertEquals(shown(twin).map((text) => text.includes("whole")), [true]);
    assertEquals(await bridge.store.rows(), []);
  });
}

Deno.test("a live message that was withdrawn is replaced", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const ids: string[] = [];
  const live = bridge.live(bridge.newSlot(), ({ messageId }) => {
    if (messageId !== undefined) ids.push(messageId);
  });
  live.show(() => ({ status: "working", text: "one" }));
  const first = await twin.until(() => twin.botMessages()[0]);
  twin.recall(first.id);
  live.show(() => ({ status: "working", text: "two" }));
  await twin.until(() => shown(twin)[0]?.includes("two"));
  await live.stop();
  assertEquals(ids, twin.botMessages().map(({ id }) => id));
});

Deno.test("an abort ends all sending at once and keeps the ledger", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  twin.faults.fail({ match: creates, status: 429, times: 100 });
  await bridge.post(bridge.row(plain("waits")));
  await bridge.failures.reached(1);
  bridge.stopping.abort(new Error("stopping"));
  await bridge.settled();
  assertEquals((await bridge.store.rows()).length, 1);
});

Deno.test("a file arrives once, also after an answer that got lost, and a temporary one is deleted", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  let lost = false;
  await using bridge = await start(twin, {
    send: (send) => async (...message) => {
      const id = await send(...message);
      if (lost) return id;
      lost = true;
      throw new NetworkError("the answer got lost", {
        service: "feishu",
        method: "POST /messages",
      });
    },
  });
  const file = `${dir.path}/answer.md`;
  await Deno.writeTextFile(file, "# all of it");
  await bridge.post(bridge.row({ status: "plain", file, isTemporary: true }));
  await bridge.failures.reached(1);
  bridge.outbox.retryNow();
  await bridge.settled();
  assertEquals(twin.botMessages().map(({ type }) => type), ["file"]);
  assertEquals(await bridge.store.rows(), []);
  await assertRejects(() => Deno.stat(file), Deno.errors.NotFound);
});

Deno.test("a watch of a row is told of each delivery, and when the first one was", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const { outbox, store, settled } = bridge;
  const row = { ...bridge.row({ status: "plain", text: "one" }), keep: true };
  const shown: (number | undefined)[] = [];
  outbox.watch(row.id, ({ slot, shownAt }) => {
    assertEquals(slot.createdAt, twin.botMessages()[0]?.createdAt);
    shown.push(shownAt);
  });
  await bridge.post(row);
  await settled();
  const { conversation, id } = row;
  for (const text of ["two", "three"]) {
    const change = (now: LedgerRow | undefined) =>
      now && { ...now, view: { ...now.view, text }, shown: false };
    await store.commit({ rowChanges: [{ conversation, id, change }] });
    await settled();
    if (text === "two") outbox.unwatch(id);
  }
  assertEquals(twin.botMessages().map((one) => twin.plain(one)), ["three"]);
  assertEquals(shown.length, 2);
  assertEquals(new Set(shown), new Set([(await store.row(conversation, id))?.shownAt]));
});

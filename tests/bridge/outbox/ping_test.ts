/** What announces the end of a turn comes once, behind what it announces, and quotes it. */
import { assertEquals } from "@std/assert";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { LedgerRow } from "../../../lib/model/ledger.ts";
import type { Target } from "../../../lib/model/place.ts";
import type { View } from "../../../lib/model/view.ts";
import { tempDir } from "../../helpers.ts";
import { type Options, start } from "./start_outbox.ts";

type Bridge = Awaited<ReturnType<typeof start>>;

const TEXT = "✅ Done in 2 min 0 s";
const replies = /POST .*\/reply$/;

/** The last row of a turn, whose card is in the chat already unless it `isNew`. */
async function endedTurn(
  bridge: Bridge,
  { mentions, target = bridge.target, isNew = false }: {
    readonly mentions?: readonly string[];
    readonly target?: Target;
    readonly isNew?: boolean;
  } = {},
): Promise<LedgerRow> {
  const live = bridge.live(bridge.newSlot(target));
  const slot = isNew ? bridge.newSlot(target) : await live.stop({ status: "working" });
  const ping: View = { status: "plain", text: TEXT, ...(mentions && { mentions }) };
  const id = crypto.randomUUID();
  return { ...bridge.row({ status: "done", text: "the answer" }, target), id, slot, ping };
}

/** What the bot's messages show, and what each quotes. */
const shown = (twin: Twin, chat?: string) =>
  twin.botMessages(chat).map((one) => [twin.plain(one), one.replyTo]);

/** The card of a finished turn. */
const DONE = "Done\nthe answer";

Deno.test("a new text quotes the card of a turn once that shows the end", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const row = await endedTurn(bridge);
  const before = twin.requests.length;
  twin.faults.fail({ match: /PATCH/, status: 503 });
  await bridge.post(row);
  await bridge.failures.reached(1);
  assertEquals(shown(twin).length, 1);
  bridge.outbox.retryNow();
  await bridge.settled();
  const card = row.slot.messageId;
  assertEquals(shown(twin), [[DONE, undefined], [TEXT, card]]);
  assertEquals(twin.botMessages()[1]?.type, "text");
  const methods = twin.requests.slice(before).map(({ method }) => method);
  assertEquals(methods, ["PATCH", "PATCH", "POST"]);
  assertEquals(await bridge.store.rows(), []);
});

Deno.test("in groups and topics it mentions its people, and stays where the turn is", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const { openId, name } = twin.user;
  const other = twin.addUser("Bo");
  const members = [openId, other.openId];
  for (const mode of ["group", "topic"] as const) {
    const chatId = twin.addGroup({ mode, members }).id;
    const replyTo = twin.say({ text: "go", chat: chatId, mentionBot: true });
    const { threadId } = twin.message(replyTo);
    const topic = threadId === undefined ? {} : { threadId, rootId: replyTo };
    const row = await endedTurn(bridge, {
      mentions: members,
      target: { chatId, replyTo, ...topic },
    });
    await bridge.post(row);
    await bridge.settled();
    const [card, ping] = twin.botMessages(chatId);
    assertEquals(shown(twin, chatId)[1], [`@${name} @Bo ${TEXT}`, card?.id]);
    assertEquals(ping?.mentions.map((one) => one.openId), members);
    assertEquals([card?.threadId, ping?.threadId], [threadId, threadId]);
  }
});

Deno.test("a turn whose message is new itself needs none, but somebody to be mentioned is", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  await bridge.post(await endedTurn(bridge, { isNew: true }));
  await bridge.settled();
  assertEquals(shown(twin), [[DONE, undefined]]);
  const chatId = twin.addGroup().id;
  const target = { chatId };
  await bridge.post(await endedTurn(bridge, { isNew: true, target, mentions: [twin.user.openId] }));
  await bridge.settled();
  assertEquals(shown(twin, chatId).length, 2);

  // The card was recalled, so the answer came as a message of its own.
  const row = await endedTurn(bridge);
  const before = shown(twin).length;
  twin.faults.fail({ match: /PATCH/, status: 400, code: 230011 });
  await bridge.post(row);
  await bridge.settled();
  assertEquals(shown(twin).slice(before), [[DONE, undefined]]);
});

for (const code of [230001, 230013, 987654321]) {
  Deno.test(`a mention that is refused with ${code} is left out`, async () => {
    await using twin = await startTwin();
    await using bridge = await start(twin);
    const chatId = twin.addGroup().id;
    const row = await endedTurn(bridge, { target: { chatId }, mentions: ["ou_gone"] });
    twin.faults.fail({ match: replies, status: 400, code });
    await bridge.post(row);
    await twin.until(() => twin.botMessages(chatId).length === 2);
    await bridge.settled();
    const [, ping] = twin.botMessages(chatId);
    assertEquals([ping?.type, ping && twin.plain(ping)], ["text", TEXT]);
  });
}

Deno.test("a quoted card that is gone lets it come without", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  twin.faults.fail({ match: replies, status: 400, code: 230011 });
  await bridge.post(await endedTurn(bridge));
  await bridge.settled();
  assertEquals(shown(twin), [[DONE, undefined], [TEXT, undefined]]);
});

/** The program dies before or after the platform has created a message. */
const dies =
  (isSent: boolean): NonNullable<Options["send"]> => (send, stopping) => async (...args) => {
    if (args[1].content.includes(TEXT)) {
      if (isSent) await send(...args);
      stopping.abort(new Error("crash"));
      throw new Error("crash");
    }
    return await send(...args);
  };

for (const isSent of [false, true]) {
  Deno.test(`a crash ${isSent ? "after" : "before"} it was sent neither loses nor repeats it`, async () => {
    await using twin = await startTwin();
    await using dir = await tempDir();
    {
      await using bridge = await start(twin, { dir: dir.path, send: dies(isSent) });
      await bridge.post(await endedTurn(bridge));
      await bridge.settled();
      assertEquals(shown(twin).length, isSent ? 2 : 1);
      assertEquals((await bridge.store.rows()).map(({ view }) => view.text), [TEXT]);
    }
    await using bridge = await start(twin, { dir: dir.path });
    await bridge.outbox.resume();
    await bridge.settled();
    assertEquals(shown(twin).map(([text]) => text), [DONE, TEXT]);
    assertEquals(await bridge.store.rows(), []);
  });
}

Deno.test("a card whose last edit got no answer is announced once", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  twin.faults.fail({ match: /PATCH/, loseAnswer: true });
  twin.faults.fail({ match: replies, loseAnswer: true });
  await bridge.post(await endedTurn(bridge));
  await bridge.failures.reached(1);
  bridge.outbox.retryNow();
  await bridge.failures.reached(2);
  bridge.outbox.retryNow();
  await bridge.settled();
  assertEquals(shown(twin).map(([text]) => text), [DONE, TEXT]);
});

Deno.test("a card that stays in the ledger, as it can be done again, is announced once", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const row = await endedTurn(bridge);
  await bridge.post({ ...row, again: { turn: "t", session: "ses_1", sender: "ou_1" } });
  await bridge.settled();
  const view: View = { ...row.view, text: "taken" };
  const change = (now?: LedgerRow) => now && { ...now, view, shown: false };
  await bridge.store.commit({ rowChanges: [{ ...row, change }] });
  await bridge.settled();
  assertEquals(shown(twin).map(([text]) => text), ["Done\ntaken", TEXT]);
});

Deno.test("a phone rings once for what announces the end, also where that is new anyway; not without the scope", async () => {
  for (const extras of [true, false]) {
    await using twin = await startTwin({ extras });
    await using bridge = await start(twin);
    const buzzes = [twin.user.openId];
    const calls = () => twin.requests.filter(({ path }) => path.endsWith("/urgent_app")).length;
    await bridge.post({ ...await endedTurn(bridge), buzzes });
    await twin.until(() => calls() === 1);
    await bridge.settled();
    await bridge.post({ ...await endedTurn(bridge, { isNew: true }), buzzes });
    await twin.until(() => twin.botMessages().length === 4);
    await bridge.settled();
    const rung = () => twin.botMessages().map(({ buzzed }) => buzzed?.length ?? 0).join("");
    if (extras) await twin.until(() => rung() === "0101");
    // What the app may not do is left alone for a while.
    assertEquals([rung(), calls()], extras ? ["0101", 2] : ["0000", 1]);
  }
});

Deno.test("a phone does not ring again when somebody takes what the message offers", async () => {
  await using twin = await startTwin({ extras: true });
  await using bridge = await start(twin);
  const again = { turn: "t", sender: twin.user.openId };
  const row = { ...await endedTurn(bridge), again, buzzes: [twin.user.openId] };
  await bridge.post(row);
  const rung = () => twin.requests.filter(({ path }) => path.endsWith("/urgent_app")).length;
  await twin.until(() => rung() === 1);
  await bridge.settled();
  const view = { ...row.view, note: "it is tried again" };
  const change = (now: LedgerRow | undefined) => now && { ...now, view, shown: false };
  const { id, conversation } = row;
  await bridge.store.commit({ rowChanges: [{ id, conversation, change }] });
  await twin.until(() =>
    twin.plain(twin.message(row.slot.messageId ?? "")).includes("tried again")
  );
  await bridge.settled();
  assertEquals([rung(), twin.botMessages().length], [1, 2]);
});

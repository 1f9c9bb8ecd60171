import { assert, assertEquals } from "@std/assert";
import { persist } from "../../lib/base/waiting/persist.ts";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import type { View } from "../../lib/model/view.ts";
import { answerAfter, clickOn, connectClicks } from "./connect_clicks.ts";
import { startMessenger } from "./start_messenger.ts";
import { calls, changes, done, finished, isOn, shown, working } from "./typed_cards.ts";

const ASK: View = { status: "waiting", text: "May it?" };
const DECIDED: View = { status: "done", text: "Allowed once." };

/** A bridge that shows an ask, and what was decided as soon as somebody clicks, before it answers the click. */
async function startAsk(twin: Twin, answerMs: number) {
  const bridge = startMessenger(twin);
  const { log, message, signal } = bridge;
  const ask = message();
  await ask.show(ASK);
  const shown = Promise.withResolvers<void>();
  const answer = answerAfter(answerMs);
  const decide = () => persist(() => ask.show(DECIDED), { signal, log, what: "show the decision" });
  const connected = await connectClicks(twin, bridge, {
    clicked: () => {
      decide().then(shown.resolve, shown.reject);
      return answer();
    },
  });
  return {
    ask,
    message,
    click: () => twin.click(clickOn(ask.slot.messageId)),
    shown: shown.promise,
    [Symbol.asyncDispose]: () => connected[Symbol.asyncDispose](),
  };
}

const patches = (twin: Twin) => twin.requests.filter(({ method }) => method === "PATCH");

Deno.test("a card that stays locked for seconds shows the decision in the end, as the card that it is", async () => {
  await using twin = await startTwin();
  await using bridge = await startAsk(twin, 0);
  twin.faults.holdLocks(5_000);
  const { toast, error } = await bridge.click();
  assertEquals([toast?.content, error], ["Once", undefined]);
  await bridge.shown;
  const [card, ...others] = twin.botMessages();
  assert(card !== undefined && twin.plain(card).includes("Allowed once."));
  assertEquals([card.type, others, bridge.ask.slot.mode], ["interactive", [], "card"]);
  const refused = patches(twin).filter(({ code }) => code === 230099);
  assert(refused.length >= 2 && refused.length <= 8, `${refused.length} refusals`);
  for (const [i, { at }] of patches(twin).entries()) {
    assert(i === 0 || at - (patches(twin)[i - 1]?.at ?? 0) >= 500);
  }
});

for (const answerMs of [0, 1_500]) {
  Deno.test(`a clicked card is left alone until a second after the answer, which takes ${answerMs} ms`, async () => {
    await using twin = await startTwin();
    await using bridge = await startAsk(twin, answerMs);
    // What is sent too early is taken back, and nobody is told.
    twin.faults.leakLocks(99);
    await bridge.click();
    const answered = twin.acks.at(-1)?.receivedAt ?? Infinity;
    await bridge.shown;
    assertEquals(patches(twin).map(({ code }) => code), [0]);
    assert((patches(twin)[0]?.at ?? 0) - answered >= 900);
    assert(twin.botMessages().every((one) => twin.plain(one).includes("Allowed once.")));
  });
}

Deno.test("other messages do not wait for a clicked card", async () => {
  await using twin = await startTwin();
  await using bridge = await startAsk(twin, 1_000);
  const other = bridge.message();
  await bridge.click();
  await other.show(ASK);
  await other.show(DECIDED);
  assertEquals(patches(twin).map(({ path }) => path.split("/").at(-1)), [other.slot.messageId]);
  await bridge.shown;
});

/** How cards grow, and the calls that change them. */
const STREAMS = [["patch", /PATCH .*messages/], ["auto", changes]] as const;

Deno.test("a click on a growing card holds its growth and its end until a second after the answer", async () => {
  await Promise.all(STREAMS.map(async ([stream, edits]) => {
    await using twin = await startTwin({ cardkit: true });
    const bridge = startMessenger(twin, { stream });
    const card = bridge.message();
    await card.grow(working("One"));
    const ended = Promise.withResolvers<void>();
    const answer = answerAfter(200);
    const grow = async () => {
      await card.grow(working("One two"));
      await card.end(done("One two three"));
    };
    await using _ = await connectClicks(twin, bridge, {
      clicked: () => {
        grow().then(ended.resolve, ended.reject);
        return answer();
      },
    });
    // What is sent too early is taken back, and nobody is told.
    twin.faults.leakLocks(99);
    assertEquals((await twin.click(clickOn(card.slot.messageId))).toast?.content, "Once");
    const answered = twin.acks.at(-1)?.receivedAt ?? Infinity;
    await ended.promise;
    const changed = calls(twin, edits);
    assert((changed[0]?.at ?? 0) - answered >= 900, `${stream}: too early`);
    assert(changed.length >= 2 && changed.every(({ code }) => code === 0));
    assertEquals([shown(twin), isOn(twin)], [[finished("One two three")], false]);
  }));
});

Deno.test("an edit that the answer to a click took back is shown again", async () => {
  await Promise.all(STREAMS.flatMap(([stream]) =>
    [true, false].map(async (isEnd) => {
      await using twin = await startTwin({ cardkit: true });
      const bridge = startMessenger(twin, { stream });
      const card = bridge.message();
      await card.grow(working("One"));
      await using _ = await connectClicks(twin, bridge, {
        clicked: answerAfter(0),
        underway: () => isEnd ? card.end(done("One two")) : card.grow(working("One two")),
      });
      twin.faults.leakLocks(99);
      await twin.click(clickOn(card.slot.messageId));
      const isShown = () => shown(twin).join().includes("One two");
      assert(!isShown(), "it was not taken back");
      await twin.until(isShown);
      if (!isEnd) await card.end(done("One two three"));
      assertEquals(shown(twin), [finished(isEnd ? "One two" : "One two three")]);
      assert(!isOn(twin));
    })
  ));
});

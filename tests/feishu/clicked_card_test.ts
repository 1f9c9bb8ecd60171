import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { persist } from "../../lib/base/persist.ts";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { Connection } from "../../lib/feishu/connection/connection.ts";
import { eventHandlers } from "../../lib/feishu/connection/handlers.ts";
import type { View } from "../../lib/model/view.ts";
import { texts } from "../../lib/texts/texts.ts";
import { credentials, memoryLog, Tally } from "../helpers.ts";
import { type ShownMessage, startMessenger } from "./start_messenger.ts";

const ASK: View = { status: "waiting", text: "May it?" };
const DECIDED: View = { status: "done", text: "Allowed once." };

/** A bridge that shows an ask, and what was decided as soon as somebody clicks, before it answers the click. */
async function startAsk(twin: Twin, answerMs: number) {
  const { api, log, message, signal } = startMessenger(twin);
  const ask = message();
  await ask.show(ASK);
  const shown = Promise.withResolvers<void>();
  const clicked = async () => {
    decide(ask).then(shown.resolve, shown.reject);
    await delay(answerMs);
    return "Once";
  };
  const decide = (ask: ShownMessage) =>
    persist(() => ask.show(DECIDED), { signal, log, what: "show the decision" });
  const handlers = eventHandlers(
    {
      message: () => Promise.resolve(),
      arrived: () => Promise.resolve(),
      recalled: () => Promise.resolve(),
      clicked,
    },
    { bot: { openId: () => Promise.resolve("ou_bot") }, api, texts: texts("en"), log },
  );
  const ups = new Tally();
  const stopping = new AbortController();
  const connection = new Connection({
    ...{ credentials: credentials(twin), handlers, log: memoryLog() },
    onUp: () => ups.add(),
  });
  const running = connection.run(stopping.signal);
  await ups.reached(1);
  return {
    ask,
    message,
    click: () =>
      twin.click({
        messageId: ask.slot.messageId ?? "",
        value: { ask: "a", step: 0, choice: "y" },
      }),
    shown: shown.promise,
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error("the test is over"));
      await running;
    },
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

import { assert, assertEquals } from "@std/assert";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { isSpent, pace, resumedEdits } from "../../lib/feishu/edit_budget.ts";
import type { Slot } from "../../lib/model/slot.ts";
import type { View } from "../../lib/model/view.ts";
import { texts } from "../../lib/texts/texts.ts";
import { shown, startMessenger } from "./start_messenger.ts";

const en = texts("en");
const working = (text: string): View => ({ status: "working", text });
const done = (text: string): View => ({ status: "done", text });
const edits = (twin: Twin) => twin.botMessages()[0]?.edits.length ?? 0;

Deno.test("the pace of a post slows with each edit and ends at fifteen", () => {
  const paces = Array.from({ length: 15 }, (_, edits) => pace(edits, 100));
  assertEquals(paces[0], 100);
  assert(paces.every((ms, i) => i === 0 || Math.abs(ms / (paces[i - 1] ?? 0) - 1.4) < 1e-9));
  assertEquals(pace(15, 100), Infinity);
});

Deno.test("a post keeps edits for its end and for a stop, a card has no need to", () => {
  for (const mode of ["post", "text"] as const) {
    assertEquals([isSpent(mode, 17), isSpent(mode, 18)], [false, true]);
    assertEquals([0, 15, 17].map((edits) => resumedEdits(mode, edits)), [15, 17, 19]);
  }
  for (const mode of ["card", "plain_card"] as const) {
    assertEquals([isSpent(mode, 99), resumedEdits(mode, 7)], [false, 7]);
  }
});

Deno.test("a post keeps edits for its end: the platform takes only twenty", async () => {
  await using twin = await startTwin({ limits: { perMessage: 100 } });
  const message = startMessenger(twin, { mode: "post" }).message();
  for (let n = 0; n < 16; n++) await message.grow(working(`${n}`));
  assertEquals([edits(twin), message.paceMs], [15, Infinity]);
  for (let n = 16; n < 30; n++) await message.grow(working(`${n}`));
  assertEquals(edits(twin), 18);
  const { slot } = message;
  await message.show({ status: "interrupted" }, "resting");
  assertEquals([edits(twin), message.slot], [18, slot]);
  await message.end(done("whole"));
  assertEquals([twin.botMessages().length, twin.botMessages()[0]?.type], [1, "post"]);
  assertEquals([edits(twin), message.slot.edits], [19, 19]);
  assert(shown(twin)[0]?.includes("whole"));
});

Deno.test("edits whose answer is lost count too", async () => {
  await using twin = await startTwin({ limits: { perMessage: 100 } });
  const message = startMessenger(twin, { mode: "text" }).message();
  await message.grow(working("0"));
  twin.faults.fail({ match: /PUT/, loseAnswer: true, times: 4 });
  await message.grow(working("1"));
  assertEquals(message.slot.edits, 5);
  await message.end(done("whole"));
  assertEquals(message.slot.edits, 6);
});

Deno.test("a post that was edited twenty times gives way to a fresh one", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin, { mode: "text" }).message();
  await message.end({ status: "plain", text: "first" });
  twin.faults.fail({ match: /PUT/, status: 400, code: 230072 });
  message.slot = { ...message.slot, edits: 20 };
  await message.end({ status: "plain", text: "the end" });
  assertEquals(shown(twin), ["the end"]);
});

for (const mode of ["post", "text"] as const) {
  Deno.test(`a ${mode} takes its end also after lost answers and four restarts`, async () => {
    await using twin = await startTwin({ limits: { perMessage: 100 } });
    let slot: Slot | undefined;
    for (let run = 0; run < 5; run++) {
      const { messenger, message: start } = startMessenger(twin, { mode });
      const message = start(slot && messenger.markResumed(slot));
      let n = 0;
      // As often as the pace allows; the first of a run comes at once.
      do {
        if (run === 0 && n === 8) twin.faults.fail({ match: /PUT/, loseAnswer: true });
        await message.grow(working(`${run}.${++n}`));
      } while (message.paceMs < Infinity);
      await message.show({ status: "interrupted", note: en.bridgeStopped }, "resting");
      slot = message.slot;
    }
    const message = startMessenger(twin, { mode }).message(slot);
    await message.end(done("whole"));
    const [first, ...more] = twin.botMessages();
    assertEquals([more, first?.type], [[], mode]);
    assert(edits(twin) <= 20, `${edits(twin)} edits`);
    assert(shown(twin)[0]?.includes("whole"));
    assert(twin.requests.every(({ code }) => code !== 230072));
  });
}

Deno.test("a view that looks the same makes no edit", async () => {
  await using twin = await startTwin();
  const message = startMessenger(twin).message();
  await message.grow({ status: "working" });
  const { slot } = message;
  await message.grow({ status: "working", text: "", tools: [], todos: [] });
  assert(message.slot === slot);
  await message.grow(working("the first words"));
  assert(shown(twin)[0]?.includes("the first words"));
  assertEquals(edits(twin), 1);
});

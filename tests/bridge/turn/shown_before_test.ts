import { assertEquals } from "@std/assert";
import { ShownBefore } from "../../../lib/bridge/turn/shown_before.ts";
import { EMPTY_READING, type Reading } from "../../../lib/model/reading.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";
import type { View } from "../../../lib/model/view.ts";

const run = { sessionId: "ses", directory: "/p", messageId: "m", startedAt: 0, model: undefined };
const slot = (messageId?: string) => ({ target: { chatId: "oc" }, uuid: "u", messageId });
const record = (kind: string, messageId?: string) =>
  ({ id: "t", slot: slot(messageId), state: { kind, run } }) as unknown as TurnRecord;
const view: View = { status: "working" };

const missing: Reading = { ...EMPTY_READING, accepted: true, isTextMissing: true };
const known: Reading = { ...EMPTY_READING, accepted: true, text: "more" };

Deno.test("after a restart what was shown stays until there is more, and then never again", () => {
  const shown = new ShownBefore(record("posted", "om_1"), true);
  for (const reading of [undefined, EMPTY_READING, missing, missing]) {
    assertEquals(shown.next(reading, view), undefined);
  }
  for (const reading of [known, missing, undefined]) {
    assertEquals(shown.next(reading, view), view);
  }
});

Deno.test("a note is shown at once, and so is a turn that nobody has seen yet", () => {
  const noted: View = { status: "waiting", note: "The agent asks" };
  const asked = new ShownBefore(record("posted", "om_1"), true);
  assertEquals(asked.next(missing, noted), noted);
  for (
    const fresh of [
      new ShownBefore(record("posted", "om_1"), false),
      new ShownBefore(record("posted"), true),
      new ShownBefore(record("queued", "om_1"), true),
    ]
  ) assertEquals(fresh.next(missing, view), view);
});

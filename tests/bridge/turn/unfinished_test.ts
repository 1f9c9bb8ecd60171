/** What an answer showed when the bridge was stopped is there when it says that it was interrupted. */
import { assertEquals } from "@std/assert";
import { unfinished, withUnfinished } from "../../../lib/bridge/turn/unfinished.ts";
import { EMPTY_READING } from "../../../lib/model/reading.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";

const run = { ...{ sessionId: "ses_1", directory: "/work", userMessageId: "msg_1", partId: "p" } };
const TURN: TurnRecord = {
  ...{ id: "t", conversation: "oc_1", messageId: "om_1", sender: "ou_1", createdAt: 1, text: "x" },
  slot: { uuid: "u", target: { chatId: "oc_1" }, mode: "card" },
  state: { kind: "posted", run: { ...run, startedAt: 1 } },
};
const says = (text: string) => ({ ...EMPTY_READING, text });

Deno.test("the text of a turn that runs is kept when the program ends, of others nothing", () => {
  assertEquals(unfinished(TURN, says("1 2")).turns, [{ ...TURN, unfinished: "1 2" }]);
  for (const reading of [undefined, says(""), says("x".repeat(30_001))]) {
    assertEquals(unfinished(TURN, reading), {});
  }
  assertEquals(unfinished({ ...TURN, state: { kind: "queued" } }, says("1 2")), {});
});

Deno.test("it is shown until the agent tells more, or something else", () => {
  const shown = (kept: string | undefined, text: string) =>
    withUnfinished(kept === undefined ? {} : { unfinished: kept }, says(text))?.text;
  assertEquals(shown("1 2", ""), "1 2");
  assertEquals(shown("a\n\n1 2", "a\n"), "a\n\n1 2");
  assertEquals(shown("1 2", "1 2 3"), "1 2 3");
  assertEquals(shown("1 2", "another"), "another");
  assertEquals(shown(undefined, "1"), "1");
  assertEquals(withUnfinished({ unfinished: "1" }, undefined), undefined);
});

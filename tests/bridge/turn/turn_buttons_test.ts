import { assertEquals } from "@std/assert";
import { againOf } from "../../../lib/bridge/turn/turn_buttons.ts";
import type { TurnRecord, Work } from "../../../lib/model/turn.ts";

Deno.test("a retry has all that was asked, and nothing of the turn", () => {
  const work: Required<Work> = {
    text: "x",
    files: [{ path: "/f", name: "f", mime: "text/plain", bytes: 1 }],
    topic: { text: "said in the topic" },
    said: "said in the group",
    task: { kind: "compact" },
    scheduled: { schedule: "s", words: "daily" },
  };
  const turn: TurnRecord = {
    ...{ ...work, id: "t", conversation: "c", messageId: "om", sender: "ou", createdAt: 1 },
    ...{ slot: { uuid: "u", target: { chatId: "c" }, mode: "card" }, state: { kind: "queued" } },
  };
  assertEquals(againOf(turn, undefined, "failed"), { turn: "t", sender: "ou", work });
});

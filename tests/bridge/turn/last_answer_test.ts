import { assertEquals } from "@std/assert";
import { withEarlier } from "../../../lib/bridge/turn/earlier_answer.ts";
import { LastAnswer } from "../../../lib/bridge/turn/last_answer.ts";
import { type LedgerRow, newRow } from "../../../lib/model/ledger.ts";
import { EMPTY_READING } from "../../../lib/model/reading.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";
import type { View } from "../../../lib/model/view.ts";

const slot = { uuid: "u", target: { chatId: "oc" }, mode: "card", messageId: "om_1" } as const;
const run = { sessionId: "ses_1", directory: "/", userMessageId: "m", partId: "p", startedAt: 1 };
const done: TurnRecord = {
  ...{ id: "t1", conversation: "oc", messageId: "om", sender: "ou", createdAt: 1, text: "x" },
  ...{ slot, state: { kind: "ended", outcome: "done", run } },
};
const view: View = {
  ...{ status: "done", text: "It runs.", files: [{ file: "a", additions: 1, deletions: 0 }] },
  tools: [{ tool: "bash", title: "sleep", state: "completed", depth: 0 }],
};
const row = newRow("oc", slot, view, "t1.000");

/** The last answer of a chat whose newest message is this one, and which rows are not sent yet. */
function lastAnswer(newest = "om_1", unsent: readonly LedgerRow[] = []): LastAnswer {
  return new LastAnswer({
    chat: { newest: () => newest },
    store: { row: (_, id) => Promise.resolve(unsent.find((one) => one.id === id)) },
  });
}

Deno.test("the agent goes on in the answer's message, once, with all that it shows", async () => {
  const last = lastAnswer();
  last.note({ closed: [done], rows: [row] });
  // What is committed meanwhile and ends no turn.
  last.note({ rows: [newRow("oc", slot, { status: "plain", text: "notice" })] });
  assertEquals(await last.take("ses_2"), undefined);
  const { slot: where, earlier } = await last.take("ses_1") ?? {};
  assertEquals(where, slot);
  assertEquals(await last.take("ses_1"), undefined);
  const tools = [{ tool: "read", title: "b", state: "running", depth: 0 }] as const;
  const files = [{ file: "b", additions: 2, deletions: 0 }];
  const later = withEarlier(earlier, { ...EMPTY_READING, text: "It is over.", tools, files });
  assertEquals(later?.text, "It runs.\n\n---\n\nIt is over.");
  assertEquals(later?.tools.map(({ tool }) => tool), ["bash", "read"]);
  assertEquals(later?.files.map(({ file }) => file), ["a", "b"]);
  // Before anything is known of it, too.
  assertEquals(withEarlier(earlier, undefined)?.text, "It runs.");
  assertEquals(withEarlier(undefined, undefined), undefined);
});

Deno.test("the next answer has a message of its own after anything else, and after an answer that is not plain", async () => {
  const failed = { ...done, state: { kind: "ended", outcome: "failed", run } } as const;
  const long = { ...row, view: { ...view, text: "x".repeat(4_001) } };
  const without = { ...row, slot: { ...slot, messageId: undefined } };
  const cases: [string, TurnRecord, LedgerRow[], LastAnswer?][] = [
    ["failed", failed, [row]],
    ["two messages", done, [row, newRow("oc", slot, view, "t1.001")]],
    ["a question behind it", done, [row, newRow("oc", slot, view, "ask-t1")]],
    ["not sent yet", done, [row], lastAnswer("om_1", [row])],
    ["another message of ours", done, [row], lastAnswer("om_2")],
    ["too long to go on", done, [long]],
    ["more tools than are shown", done, [{ ...row, view: { ...view, hiddenTools: 1 } }]],
    ["no message yet", done, [without as unknown as LedgerRow]],
  ];
  for (const [what, turn, rows, last = lastAnswer()] of cases) {
    last.note({ closed: [turn], rows });
    assertEquals(await last.take("ses_1"), undefined, what);
  }
  const last = lastAnswer();
  last.note({ closed: [done], rows: [row] });
  last.forget();
  assertEquals(await last.take("ses_1"), undefined, "somebody wrote");
});

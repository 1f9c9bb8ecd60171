import { assertEquals } from "@std/assert";
import { OutsideReports } from "../../../lib/bridge/turn/outside_reports.ts";
import type { OutsideAct } from "../../../lib/model/outside_act.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";
import type { View } from "../../../lib/model/view.ts";
import { en } from "../../../lib/texts/en.ts";
import { memoryLog } from "../../helpers.ts";

const TURN: TurnRecord = {
  id: "t",
  conversation: "oc_1",
  text: "",
  messageId: "om_1",
  sender: "ou_1",
  createdAt: 0,
  slot: { target: { chatId: "oc_1" }, uuid: "u", mode: "card" },
  state: { kind: "queued" },
};

/** The messages about acts that are reported one after the other, and then all once more. */
async function told(ownsAgent: boolean, ...acts: readonly OutsideAct[]) {
  const messages: View[] = [];
  const reports = new OutsideReports({
    chat: { slot: (target) => ({ target, uuid: "u", mode: "card" }) },
    texts: en,
    log: memoryLog(),
    signal: new AbortController().signal,
    settings: { ownsAgent },
    conversation: {
      commit: ({ rows = [] }) => {
        messages.push(...rows.map(({ view }) => view));
        return Promise.resolve();
      },
    },
  });
  for (let n = 1; n <= acts.length; n++) await reports.report(acts.slice(0, n), TURN);
  await reports.report(acts, TURN);
  return { messages, reports };
}

const approved: Extract<OutsideAct, { kind: "answer" }> = {
  kind: "answer",
  requestId: "per_1",
  request: {
    kind: "permission",
    id: "per_1",
    permission: "bash",
    patterns: ["make"],
    always: ["make *"],
    command: "make",
  },
  answer: { kind: "permission", reply: "always" },
};

Deno.test("each approval from elsewhere is told once, with its patterns and what to do", async () => {
  const rules: OutsideAct = { kind: "rules", sessionId: "ses_1", allowed: ["* *"] };
  const { messages } = await told(true, approved, rules, { ...approved, requestId: "per_2" });
  assertEquals(messages.length, 3);
  for (const message of messages) {
    assertEquals(message.title?.slice(0, 2), "⚠️");
    assertEquals(message.text, en.outsideAlarm);
  }
  assertEquals(messages.map(({ exact }) => exact), [
    [{ language: "bash", text: "make" }, { caption: en.outsidePatterns, text: "make *" }],
    [{ text: "* *" }],
    [{ language: "bash", text: "make" }, { caption: en.outsidePatterns, text: "make *" }],
  ]);
});

Deno.test("an approval that was missed is told like one that was heard", async () => {
  const { request } = approved;
  if (request?.kind !== "permission") throw new Error("no permission");
  const { messages, reports } = await told(true, { kind: "missed", requestId: "per_1", request });
  assertEquals(messages.length, 1);
  const [message] = messages;
  assertEquals([message?.title, message?.text], [`⚠️ ${en.outsideMissed}`, en.outsideAlarm]);
  assertEquals(message?.exact, [{ language: "bash", text: "make" }]);
  assertEquals(reports.closingLine("per_1"), en.outsideMissed);
});

Deno.test("on a server that others use too, the same is said without alarm", async () => {
  const { messages } = await told(false, approved);
  const [message] = messages;
  assertEquals([message?.note, message?.text], [en.outsideAlways, undefined]);
  assertEquals(message?.exact?.[0]?.text, "make");
});

Deno.test("a rejection and an answer from elsewhere are said on their cards only", async () => {
  const { messages, reports } = await told(
    true,
    { kind: "answer", requestId: "per_3", answer: { kind: "permission", reply: "reject" } },
    { kind: "answer", requestId: "que_1", answer: { kind: "question", answers: [["Red"], ["S"]] } },
  );
  assertEquals(messages, []);
  assertEquals(reports.closingLine("per_3"), en.outsideReject);
  assertEquals(reports.closingLine("que_1"), en.outsideAnswer("Red; S"));
  assertEquals(reports.closingLine("per_4"), undefined);
});

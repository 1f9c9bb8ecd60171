import { assertEquals } from "@std/assert";
import type { Ask } from "../../../lib/bridge/asks/ask.ts";
import { fencedAsk } from "../../../lib/bridge/asks/fenced_ask.ts";
import { afterRun } from "../../../lib/bridge/schedules/after_run.ts";
import { endTurn, type TurnEnd } from "../../../lib/bridge/turn/end_turn.ts";
import { bindRun, hasMoved, runPlace, sameRun } from "../../../lib/bridge/turn/run_place.ts";
import { queueButtons } from "../../../lib/bridge/turn/turn_buttons.ts";
import type { ConversationRecord } from "../../../lib/model/conversation.ts";
import type { Run, TurnRecord } from "../../../lib/model/turn.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { dailySchedule } from "./start_scheduler.ts";

const record = { key: "oc_1", directory: "/chat", sessionId: "ses_chat" } as ConversationRecord;
const run = { sessionId: "ses_run", directory: "/set" } as Run;
const own = { schedule: "s1", words: "daily", directory: "/set" };
const shared = { schedule: "s1", words: "daily" };
const turn = (scheduled: TurnRecord["scheduled"]) =>
  ({
    ...{ id: "t", conversation: "oc_1", slot: { target: { chatId: "oc_1" } } },
    ...{ state: { kind: "posted", run }, ...(scheduled && { scheduled }) },
  }) as TurnRecord;

Deno.test("a run has a fresh session in the directory in which it was set, or that of the chat", () => {
  const fresh = { directory: "/set", sessionId: undefined };
  const here = { directory: "/chat", sessionId: "ses_chat" };
  assertEquals(runPlace(turn(own), record), fresh);
  assertEquals(runPlace(turn(shared), record), here);
  // Wherever the chat has gone meanwhile.
  const elsewhere = { ...record, directory: "/other" };
  assertEquals(hasMoved(fresh, turn(own), elsewhere), false);
  assertEquals(hasMoved(here, turn(shared), elsewhere), true);
});

Deno.test("a run with a session of its own leaves the chat's session and what it has shown alone", () => {
  const { sessionId: _, ...empty } = record;
  assertEquals(bindRun(turn(own), run, undefined), undefined);
  const bound = bindRun(turn(shared), { ...run, directory: "/chat" }, undefined)?.(empty);
  assertEquals(bound?.sessionId, "ses_run");
  const end = {
    ...{ rows: [], lastPrompt: { id: "msg", created: 1 }, texts: texts("en"), now: 1 },
    admission: { mayUse: () => true },
    ...{ settings: { notify: "never" }, conversation: { chatType: "p2p" } },
  } as unknown as TurnEnd;
  assertEquals(endTurn(turn(own), "done", end).changes.update, undefined);
  const shown = endTurn(turn(shared), "done", end).changes.update?.(record).shown;
  assertEquals(shown?.sessionId, "ses_run");
  // It goes into no other turn.
  const labels = (one: TurnRecord) => queueButtons(one, texts("en")).map(({ label }) => label);
  assertEquals([labels(turn(own)), labels(turn(shared))], [["Remove"], ["Now", "Remove"]]);
});

Deno.test("a run that asks at its end goes on in its session with the answer, and is still the schedule's", async () => {
  const goOn = async (asking: TurnRecord) => {
    const scheduled = sameRun(asking);
    const asked = { block: `{"question": "Which?"}`, sender: "ou_1", round: 0 };
    const memo = { ...asked, ...(scheduled && { scheduled }) };
    const services = { settings: { askTimeoutMs: 1 }, texts: texts("en"), admission: {} };
    type Needs = Parameters<typeof fencedAsk>[3];
    const ask = fencedAsk("ask-t", memo, { chatId: "oc_1" }, services as unknown as Needs);
    const given = { by: "ou_1", messageId: "om_1" } as Parameters<Ask["submit"]>[1];
    const [next] = (await ask?.submit([["this"]], given))?.effects?.enqueue ?? [];
    return { ...next?.work, state: { kind: "queued" } } as TurnRecord;
  };
  const next = await goOn(turn({ ...own, leftOut: 2 }));
  assertEquals(next.scheduled, { ...own, session: "ses_run" });
  assertEquals(runPlace(next, record), { directory: "/set", sessionId: "ses_run" });
  const here = await goOn(turn(shared));
  assertEquals(runPlace(here, record), { directory: "/chat", sessionId: "ses_chat" });
  assertEquals(here.scheduled, shared);
  assertEquals((await goOn(turn(undefined))).scheduled, undefined);
});

Deno.test("a schedule counts how often in a row its runs failed; who stops one says nothing", () => {
  const schedule = dailySchedule({ failures: 1 });
  const failures = (outcome: Parameters<typeof afterRun>[1]) => {
    const [change] = afterRun(turn(own), outcome);
    return change?.change(schedule)?.failures;
  };
  assertEquals([failures("failed"), failures("interrupted"), failures("done")], [2, 2, 0]);
  assertEquals(failures("cancelled"), undefined);
  assertEquals(afterRun(turn(undefined), "failed"), []);
  const [change] = afterRun(turn(own), "failed");
  assertEquals(change?.change(undefined), undefined, "it was removed meanwhile");
});

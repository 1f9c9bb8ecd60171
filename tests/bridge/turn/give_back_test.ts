import { assertEquals } from "@std/assert";
import {
  enterState,
  giveBack,
  noteTopic,
  waitAgain,
  workOf,
} from "../../../lib/bridge/turn/give_back.ts";
import type { ConversationRecord } from "../../../lib/model/conversation.ts";
import type { SavedFile } from "../../../lib/model/message.ts";
import type { TurnRecord, TurnState } from "../../../lib/model/turn.ts";
import { texts } from "../../../lib/texts/texts.ts";

const file = (messageId: string, name: string): SavedFile => ({
  ...{ path: `/files/${messageId}/${name}`, name, mime: "", bytes: 1 },
});
const [own, other, third] = [file("om_1", "own"), file("om_2", "b.txt"), file("om_3", "c.txt")];
const record: ConversationRecord = {
  ...{ key: "oc_1", chatId: "oc_1", chatType: "p2p", directory: "/work" },
};
const run = {
  ...{ sessionId: "ses_1", directory: "/work", userMessageId: "msg_1", partId: "prt_1" },
  startedAt: 1,
};

const slot: TurnRecord["slot"] = {
  ...{ target: { chatId: "oc_1" }, uuid: "u" },
  mode: "card",
  edits: 0,
};

function turn(state: TurnState, more: Partial<TurnRecord> = {}): TurnRecord {
  return {
    ...{ id: "turn-1", conversation: "oc_1", messageId: "om_1", sender: "ou_1", createdAt: 1 },
    ...{ text: "fix it", slot, files: [own, other] },
    ...{ state, ...more },
  };
}

const states: [TurnState, givesBack: boolean][] = [
  [{ kind: "queued" }, true],
  [{ kind: "begun", run }, true],
  [{ kind: "posted", run }, false],
  [{ kind: "stopping", run }, false],
  [{ kind: "ended", outcome: "cancelled", run }, false],
];

Deno.test("a turn that the agent does not have gives back the files of other messages", () => {
  const en = texts("en");
  for (const [state, gives] of states) {
    const update = giveBack(turn(state)) ?? ((record) => record);
    const back = gives ? [{ ...other, isBack: true as const }, third] : [third];
    const once = update({ ...record, files: [third] });
    assertEquals(once.files, back, state.kind);
    // A commit that failed is repeated.
    assertEquals(update(once), once, state.kind);
    assertEquals(waitAgain(turn(state), en) !== "", gives, state.kind);
  }
  assertEquals(giveBack(turn({ kind: "queued" }, { files: [own] }))?.(record), record);
});

Deno.test("what was given back goes with the next text, also if that was queued before", () => {
  const back = { ...other, isBack: true as const };
  const waits = { ...record, files: [back, third] };
  const queued = turn({ kind: "queued" }, { files: [own] });
  const { turn: begun, effects } = enterState(queued, { kind: "begun", run }, waits);
  assertEquals([begun.files, begun.state.kind], [[back, own], "begun"]);
  assertEquals([effects.turns, effects.update?.(waits).files], [[begun], [third]]);
  const compact = turn({ kind: "queued" }, { files: [], task: { kind: "compact" } });
  for (const one of [compact, turn({ kind: "begun", run })]) {
    const { turn: next, effects } = enterState(one, { kind: "begun", run }, waits);
    assertEquals([next.files, effects.update], [one.files, undefined]);
  }
});

Deno.test("what was said before a prompt that the agent does not get goes with the next one, once", () => {
  const first = turn({ kind: "queued" }, { id: "turn-1", said: "> one" });
  const second = turn({ kind: "begun", run }, { id: "turn-2", said: "> two" });
  const begin = { kind: "begun", run } as const;
  const updates = [second, first].flatMap((dropped) => giveBack(dropped) ?? []);
  const gave = updates.reduce((record, update) => update(record), record);
  assertEquals(updates.reduce((record, update) => update(record), gave), gave, "repeated");
  const third = turn({ kind: "queued" }, { id: "turn-3", files: [], said: "> three" });
  const { turn: begun, effects } = enterState(third, begin, gave);
  assertEquals(workOf(begun, record).text, "> one\n\n> two\n\n> three\n\nfix it");
  assertEquals(effects.turns, [begun]);
  const after = effects.update?.(gave) ?? gave;
  assertEquals(enterState(third, begin, after).turn.said, "> three");
  // A turn that is dropped again gives back all of it; one that is tried again does not say it twice.
  const back = giveBack(begun)?.(after) ?? after;
  assertEquals(
    enterState({ ...begun, id: "turn-4", state: first.state }, begin, back).turn.said,
    begun.said,
  );
  // It goes with no command, and the agent has what was posted.
  const task = { kind: "command", name: "init", arguments: "" } as const;
  assertEquals(enterState({ ...third, task }, begin, gave).turn.said, "> three");
  assertEquals(giveBack(turn({ kind: "posted", run }, { said: "> one" })), undefined);
  const many = Array.from({ length: 9 }, (_, i) => ({ ...first, id: `turn-${i}` }));
  const kept = many.reduce((record, one) => giveBack(one)?.(record) ?? record, record).saidBack;
  assertEquals(kept?.map(({ turn }) => turn), many.slice(-5).map(({ id }) => id));
});

Deno.test("the topic goes with the first prompt that the agent gets, and with no other", () => {
  const topic = { text: "the topic", files: [third] };
  const work = turn({ kind: "queued" }, { topic });
  assertEquals(workOf(work, record), {
    ...{ text: "the topic\n\nfix it", files: [own, other, third] },
  });
  const told = noteTopic(work)(record);
  assertEquals(told.knowsTopic, "turn-1");
  assertEquals(workOf({ ...work, text: "next" }, told), { text: "next", files: [own, other] });
  // Only the turn that told it takes it back: the agent does not have it any more.
  const state = { kind: "begun", run } as const;
  assertEquals(giveBack(turn(state, { topic }))?.(told).knowsTopic, undefined);
  assertEquals(giveBack(turn(state, { topic, id: "turn-2" }))?.(told).knowsTopic, "turn-1");
  assertEquals(giveBack(turn(state))?.({ ...record, knowsTopic: true }).knowsTopic, true);
  assertEquals(noteTopic(turn(state, { topic, id: "turn-2" }))(told), told);
  assertEquals(noteTopic(turn(state))(record), record);
});

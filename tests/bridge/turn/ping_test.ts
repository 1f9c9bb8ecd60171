/** When the end of a turn is announced, to whom, and with which words. */
import { assert, assertEquals } from "@std/assert";
import { awaited, type PingOptions, withPing } from "../../../lib/bridge/turn/ping.ts";
import { render } from "../../../lib/feishu/draw/render.ts";
import { type LedgerRow, newRow } from "../../../lib/model/ledger.ts";
import type { Preferences } from "../../../lib/model/preferences.ts";
import { EMPTY_READING } from "../../../lib/model/reading.ts";
import type { NotifyWhen } from "../../../lib/model/settings.ts";
import type { Outcome, TurnRecord } from "../../../lib/model/turn.ts";
import type { View } from "../../../lib/model/view.ts";
import { texts } from "../../../lib/texts/texts.ts";

const en = texts("en");
const slot = { uuid: "u", target: { chatId: "oc_1" }, mode: "card" } as const;
const run = { sessionId: "s", directory: "/work", userMessageId: "m", partId: "p", startedAt: 0 };
const turn: TurnRecord = {
  ...{ id: "t", conversation: "oc_1", messageId: "om_1", sender: "ou_1", createdAt: 0, text: "go" },
  slot,
  state: { kind: "posted", run },
};
const row = (view: View, i = 0) => newRow("oc_1", slot, view, `t.00${i}`);
const done: View = { status: "done", text: "the answer" };
const failed: View = {
  status: "failed",
  error: 'The model failed: no <at user_id="all"></at>\nSee',
};

/** What is announced after a turn; `undefined` if nothing is. */
function pingAfter(
  outcome: Outcome,
  more: Partial<Omit<PingOptions, "turn">> & {
    readonly turn?: Partial<TurnRecord>;
    readonly rows?: readonly LedgerRow[];
  } = {},
): View | undefined {
  const rows = more.rows ?? [row(outcome === "failed" ? failed : done)];
  const [first, ...others] = withPing(rows, outcome, {
    ...{ settings: { notify: "long" }, texts: en, now: 5_000, conversation: { chatType: "p2p" } },
    ...more,
    turn: { ...turn, ...more.turn },
  });
  assert(others.every(({ ping }) => ping === undefined));
  return first?.ping;
}

const SHORT = 5_000;
const LONG = 61_000;

Deno.test("whether the end is announced: by outcome, setting and duration", () => {
  // For each setting: short and done, short and failed, long and done, long and failed.
  const expected: Record<NotifyWhen, string> = {
    long: "-+++",
    always: "++++",
    failed: "-+-+",
    never: "----",
  };
  for (const [notify, pattern] of Object.entries(expected) as [NotifyWhen, string][]) {
    const settings = { notify };
    const is = (outcome: Outcome, now: number) => pingAfter(outcome, { settings, now }) ? "+" : "-";
    const found = [SHORT, LONG].flatMap((now) => [is("done", now), is("failed", now)]).join("");
    assertEquals(found, pattern, notify);
    const interrupted = [SHORT, LONG].map((now) => is("interrupted", now)).join("");
    assertEquals(interrupted, `${pattern[1]}${pattern[3]}`, notify);
    assertEquals(is("cancelled", LONG), "-", notify);
    // A conversation's own setting goes before the bridge's.
    for (const other of Object.keys(expected) as NotifyWhen[]) {
      const conversation = { chatType: "p2p", preferences: { notify: other } } as const;
      const ping = pingAfter("done", { settings, conversation, now: LONG });
      assertEquals(ping ? "+" : "-", expected[other][2], `${notify} ${other}`);
    }
  }
  const newer = { notify: "sometimes" } as unknown as Preferences;
  assert(pingAfter("done", { conversation: { chatType: "p2p", preferences: newer }, now: LONG }));
});

Deno.test("a run of a schedule that failed is announced whatever is set, as nobody looks at it", () => {
  const settings = { notify: "never" } as const;
  const scheduled = { schedule: "s", words: "daily" };
  const ping = pingAfter("failed", {
    ...{ settings, turn: { scheduled }, conversation: { chatType: "group" } },
  });
  assertEquals(ping?.mentions, ["ou_1"]);
  assertEquals(pingAfter("done", { settings, turn: { scheduled }, now: LONG }), undefined);
});

Deno.test("the time of a turn is that of its run, whichever bridge began it", () => {
  const began = (startedAt: number) =>
    ({ state: { kind: "posted", run: { ...run, startedAt } } }) as const;
  const now = 1_000_000;
  assertEquals(pingAfter("done", { now, turn: began(now - 60_000) }), undefined);
  assertEquals(pingAfter("done", { now, turn: began(now - 60_001) })?.text, "✅ Done in 1 min 0 s");
});

Deno.test("nothing is announced where a new message tells it anyway", () => {
  const memo = { block: "{}", sender: "ou_1", round: 0 };
  const asks = [row(done), { ...row({ status: "waiting" }, 1), memo }];
  const pieces = [row(done), row({ status: "plain", text: "more" }, 1)];
  for (const chatType of ["p2p", "group"] as const) {
    const conversation = { chatType };
    assertEquals(pingAfter("done", { rows: asks, conversation, now: LONG }), undefined);
    // A group may be muted for all but mentions.
    const ping = pingAfter("done", { rows: pieces, conversation, now: LONG });
    assertEquals(ping !== undefined, chatType === "group");
  }
});

Deno.test("nobody is mentioned in a direct chat, elsewhere the asker and those who want to know", () => {
  const of = (
    turn: Partial<TurnRecord>,
    now: number,
    more: Partial<PingOptions["conversation"]> = {},
  ) => pingAfter("done", { turn, now, conversation: { chatType: "group", ...more } })?.mentions;
  const awaitedBy = ["ou_2", "ou_1"];
  assertEquals(of({}, LONG), ["ou_1"]);
  assertEquals(of({ awaitedBy }, LONG), ["ou_1", "ou_2"]);
  assertEquals(of({ awaitedBy }, SHORT), awaitedBy);
  assertEquals(of({ awaitedBy: ["ou_2"] }, SHORT), ["ou_2"]);
  assertEquals(of({}, LONG, { chatType: "p2p", threadId: "omt_1" }), ["ou_1"]);
  const direct = { chatType: "p2p" } as const;
  const ping = pingAfter("done", { turn: { awaitedBy }, conversation: direct });
  assert(ping && ping.mentions === undefined);
  assertEquals(pingAfter("cancelled", { turn: { awaitedBy } }), undefined);
  // What was begun at the computer was not asked for in the chat; what the agent goes on with was.
  assertEquals(of({ begunBy: "others" }, LONG), undefined);
  assertEquals(of({ begunBy: "others", awaitedBy }, SHORT), awaitedBy);
  assertEquals(of({ begunBy: "agent" }, LONG), ["ou_1"]);
  const twice = awaited(awaited(awaited(turn, "ou_2", true), "ou_2", false), "ou_3", true);
  assertEquals([twice.awaitedBy, twice.buzzes], [["ou_2", "ou_3"], ["ou_2", "ou_3"]]);
});

Deno.test("it says in half a line how the turn ended", () => {
  const files = [{ file: "a", additions: 1, deletions: 0 }, {
    file: "b",
    additions: 1,
    deletions: 0,
  }];
  const said = (outcome: Outcome, language: "en" | "zh", more: Partial<PingOptions> = {}) =>
    pingAfter(outcome, { ...more, texts: texts(language), now: 185_000 })?.text;
  const read = (more: object) => ({ reading: { ...EMPTY_READING, ...more } });
  assertEquals(
    [said("done", "en"), said("done", "en", read({ files }))],
    ["✅ Done in 3 min 5 s", "✅ Done in 3 min 5 s, 2 files changed"],
  );
  assertEquals(said("done", "zh", read({ files })), "✅ 已完成，用时 3 分 5 秒，改动 2 个文件");
  for (const finish of ["length", "tool-calls"]) {
    assertEquals(said("done", "en", read({ finish })), "⚠️ Stopped after 3 min 5 s");
  }
  assertEquals(said("interrupted", "zh"), "⚠️ 已停下，用时 3 分 5 秒");
  const long = [row({ ...failed, error: "x ".repeat(200) })];
  const [why = ""] = /: .*$/.exec(pingAfter("failed", { rows: long })?.text ?? "") ?? [];
  assert(why.length > 70 && why.length < 85, why);
});

Deno.test("what the model wrote mentions nobody, and an id that is none neither", () => {
  const ping = pingAfter("failed", { conversation: { chatType: "group" } });
  assert(ping);
  const { type, content } = render({ ...ping, mentions: ["ou_1", 'ou_"x', "all"] }, "card", en);
  assertEquals(type, "interactive");
  assert(!/<at/.test(content), content);
  const text: string =
    JSON.parse(render({ ...ping, mentions: ["ou_1", 'ou_"x', "all"] }, "text", en).content).text;
  assertEquals(text.match(/<at[^>]*>/g), ['<at user_id="ou_1">']);
  assert(text.startsWith('<at user_id="ou_1"></at> ❌ Failed after 5 s: The model failed'), text);
});

/** What is suggested after a turn. */
import { assertEquals } from "@std/assert";
import { parseText } from "../../../lib/bridge/commands/parse.ts";
import { COMMANDS } from "../../../lib/bridge/commands/table.ts";
import { offeredCommands } from "../../../lib/bridge/offers/offered_commands.ts";
import { Languages } from "../../../lib/bridge/places/languages.ts";
import { KnownPreferences } from "../../../lib/bridge/places/preferences.ts";
import { Suggestions, suggestionsFor } from "../../../lib/bridge/offers/suggestions.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { newRow } from "../../../lib/model/ledger.ts";
import type { Outcome, TurnRecord } from "../../../lib/model/turn.ts";
import type { View } from "../../../lib/model/view.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { startBridge } from "../start_services.ts";

const en = texts("en");
const run = { sessionId: "s", directory: "/work", userMessageId: "m", partId: "p", startedAt: 1 };
const tools: View["tools"] = [];
const files: NonNullable<View["files"]> = [{ file: "a.txt", additions: 1, deletions: 0 }];
const said: View = { status: "done", text: "4" };
const worked: View = { ...said, tools, hiddenTools: 2 };

Deno.test("what is suggested makes sense after how the turn went", () => {
  const cases: [Outcome, View[], string[]][] = [
    ["done", [said], []],
    ["done", [worked], ["continue"]],
    ["done", [{ ...worked, files }, said], ["continue", "/diff", "/undo"]],
    ["done", [{ ...said, note: `x\n${en.lengthCut}` }], ["continue"]],
    ["cancelled", [{ ...said, files }], ["continue", "/diff", "/undo"]],
    ["interrupted", [said], ["continue"]],
    ["failed", [{ ...worked, files }], []],
  ];
  for (const [outcome, views, expected] of cases) {
    const state = { kind: "ended", outcome, run } as const;
    assertEquals(suggestionsFor({ state }, views, en), expected, outcome);
  }
  const unbegun = { kind: "ended", outcome: "cancelled" } as const;
  assertEquals(suggestionsFor({ state: unbegun }, [said], en), []);
  const short = { kind: "ended", outcome: "done", run: { ...run, startedAt: Date.now() } } as const;
  assertEquals(suggestionsFor({ state: short }, [worked], en), []);
});

Deno.test("a suggested command is one, and the rest is a prompt in both languages", () => {
  const state = { kind: "ended", outcome: "done", run } as const;
  for (const language of ["en", "zh"] as const) {
    const kinds = suggestionsFor({ state }, [{ ...worked, files }], texts(language)).map((text) => {
      const parsed = parseText(text);
      return parsed.kind === "command" ? parsed.name : parsed.kind;
    });
    assertEquals(kinds, ["prompt", "diff", "undo"]);
  }
});

Deno.test("the chat's list of commands has all of ours, in both languages, as plain text", () => {
  const offered = offeredCommands();
  assertEquals(offered.map(({ name }) => name), Object.keys(COMMANDS));
  for (const { name, descriptions: { en, zh } } of offered) {
    assertEquals(
      [en, zh].map((text) => text.length > 3 && !text.includes("`")),
      [true, true],
      name,
    );
  }
});

Deno.test("suggestions come once, below the last message of a turn in a direct chat", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const { store, services } = bridge;
  const { chat, outbox, signal } = services;
  const group = twin.addGroup().id;
  const end = async (
    chatId: string,
    more: { keep?: boolean; next?: boolean } = {},
  ): Promise<void> => {
    const before = twin.botMessages(chatId).length;
    const id = crypto.randomUUID();
    const turn = { id, state: { kind: "ended", outcome: "done", run } } as TurnRecord;
    const row = newRow(chatId, chat.slot({ chatId }), worked, `${id}.000`);
    const rows = [more.keep ? { ...row, keep: true } : row];
    const suggestions = new Suggestions({
      chat,
      outbox,
      admission: services.admission,
      languages: new Languages("en", new KnownPreferences([])),
      signal,
    });
    const turns = more.next
      ? [{ record: { id } }, { record: { id: "next" } }]
      : [{ record: { id } }];
    suggestions.afterTurn({ closed: [turn], rows }, {
      record: { key: chatId, chatType: chatId === group ? "group" : "p2p" },
      queue: { turns },
    });
    await store.commit({ rows });
    await twin.until(() => twin.botMessages(chatId).length > before);
  };
  const calls = () => twin.requests.filter(({ path }) => path.endsWith("/push_follow_up"));
  await end(group);
  await end(twin.chat.id, { keep: true });
  await end(twin.chat.id, { next: true });
  await end(twin.chat.id);
  await twin.until(() => twin.extras.followUps(twin.chat.id).length > 0);
  assertEquals(twin.extras.followUps(twin.chat.id), ["continue"]);
  assertEquals(calls().length, 1);
  bridge.stop();
});

Deno.test("suggestions go below the message that announces the turn, as it is the newest", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const { store, services } = bridge;
  const { chat, outbox, admission, languages, signal } = services;
  const key = twin.chat.id;
  const empty = chat.markAttempted(chat.slot({ chatId: key }));
  const slot = await chat.show(empty, { status: "working" }, { stage: "growing", signal });
  const ping: View = { status: "plain", text: "done" };
  const rows = [{ ...newRow(key, slot, worked, "t.000"), ping }];
  const turn = { id: "t", state: { kind: "ended", outcome: "done", run } } as TurnRecord;
  const suggestions = new Suggestions({ chat, outbox, admission, languages, signal });
  suggestions.afterTurn({ closed: [turn], rows }, {
    record: { key, chatType: "p2p" },
    queue: { turns: [] },
  });
  await store.commit({ rows });
  await twin.until(() => twin.extras.followUps(key).length > 0);
  const [card, announced] = twin.botMessages();
  assertEquals([card?.followUps, announced?.followUps], [undefined, ["continue"]]);
  bridge.stop();
});

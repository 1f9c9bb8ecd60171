/** /budget and /cost, in both languages, and what a group may see. */
import "../../noon.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { dayBefore, localDay } from "../../../lib/base/time/local_day.ts";
import type { SpendingReader } from "../../../lib/bridge/budget/budgets.ts";
import { parseText } from "../../../lib/bridge/commands/parse.ts";
import type { ConversationRecord } from "../../../lib/model/conversation.ts";
import type { SpendingEntry } from "../../../lib/model/spending.ts";
import { total } from "../../../lib/model/spending.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { CommandChat } from "./command_chat.ts";

const today = localDay(Date.now());
const entry = (
  conversation: string,
  person: string,
  cost: number,
  day = today,
): SpendingEntry => ({
  ...{ day, conversation, person, cost, tokens: 1_500, turns: 1 },
  chatId: conversation.split("/")[0] ?? "",
});

/** What three people have used up in two chats. */
const ENTRIES = [
  entry("oc_direct", "ou_1", 1),
  entry("oc_group", "ou_1", 2),
  entry("oc_group/omt_1", "ou_2", 4),
  entry("oc_other", "ou_3", 8),
  entry("oc_group", "ou_2", 100, dayBefore(today, 40)),
];

const within = ({ day }: SpendingEntry, from: string, to: string) => day >= from && day <= to;
const spendings: SpendingReader = {
  in: ({ chatId, threadId }, { from, to }) =>
    Promise.resolve(ENTRIES.filter((one) =>
      within(one, from, to) && one.chatId === chatId &&
      (threadId === undefined || one.conversation === `${chatId}/${threadId}`)
    )),
  inAll: () => Promise.resolve(total(ENTRIES)),
  everywhere: ({ from, to }) => Promise.resolve(ENTRIES.filter((one) => within(one, from, to))),
};

function chat(more: Partial<ConversationRecord> = {}, people: readonly string[] = ["ou_1"]) {
  const chat = new CommandChat({
    admission: { isFirst: (openId: string) => openId === people[0] },
    conversation: { spendings, budgets: () => Promise.resolve([]) },
  }, { key: "oc_direct", chatId: "oc_direct", ...more });
  const send = async (text: string, sender = "ou_1", language: "en" | "zh" = "en") => {
    const { result, view } = await chat.send(text, { texts: texts(language), message: { sender } });
    return typeof result.answer === "string" ? result.answer : JSON.stringify(view);
  };
  return { send, budget: () => chat.record.budget };
}

Deno.test("/budget sets dollars, turns or both, in both languages, and ends it", async () => {
  const { send, budget } = chat();
  assertMatch(await send("/budget"), /There is no budget here[^]*\$1\.00 · 1\.5k tokens · 1 turn/);
  assertMatch(await send("/budget 5"), /Budget here, each day: \$5\.00\./);
  assertEquals(budget(), { cost: 5 });
  await send("/budget $2.50, 20 turns");
  assertEquals(budget(), { cost: 2.5, turns: 20 });
  assertMatch(await send("、预算 20 次。", "ou_1", "zh"), /每天的预算：20 个任务/);
  assertEquals(budget(), { turns: 20 });
  assertMatch(await send("/budget 0"), /not how/);
  assertMatch(await send("/budget 1.5 turns"), /not how/);
  assertEquals(budget(), { turns: 20 });
  await send("/预算 关闭");
  assertEquals(budget(), undefined);
  assertEquals(parseText("/budget a lot").kind, "misused");
  assertEquals(parseText("/budget for the next quarter, please draft it").kind, "prompt");
});

Deno.test("/cost tells a direct chat what it and its person used up, and the first user of all", async () => {
  const direct = chat();
  const own = await direct.send("/cost");
  assertMatch(own, /\*\*Here\*\*\\n- today: \$1\.00[^]*all your chats\*\*\\n- today: \$3\.00/);
  assertMatch(own, /"argument":"all"/);
  const all = await direct.send("/cost all");
  assertMatch(all, /All chats\*\*\\n- today: \$15\.00[^]*1\. `oc_other` – \$8\.00/);
  assertMatch(
    all,
    /By person[^]*1\. `ou_3` – \$8\.00[^]*2\. `ou_2` – \$4\.00[^]*3\. you – \$3\.00/,
  );
  assertMatch(await direct.send("/cost all", "ou_2"), /first user of this bot/);
  assertMatch(await chat({}, []).send("/费用 全部", "ou_1", "zh"), /第一个用户/);
  assert(!/argument/.test(await direct.send("/cost", "ou_2")));
});

Deno.test("a group sees what was used up there, and nothing of other chats", async () => {
  const place = { chatId: "oc_group", chatType: "group" } as const;
  const group = await chat({ ...place, key: "oc_group" }).send("/cost");
  assertMatch(group, /This group with its topics\*\*\\n- today: \$6\.00/);
  assertMatch(group, /1\. `ou_2` – \$4\.00[^]*\\n2\. you – \$2\.00/);
  assert(!/oc_|\$15|\$8|\$1\.00/.test(group), group);
  const topic = chat({ ...place, key: "oc_group/omt_1", threadId: "omt_1" });
  assertMatch(
    await topic.send("/cost"),
    /\*\*Here\*\*\\n- today: \$4\.00[^]*topics\*\*\\n- today: \$6\.00/,
  );
  assertMatch(await topic.send("/cost all"), /direct chat/);
});

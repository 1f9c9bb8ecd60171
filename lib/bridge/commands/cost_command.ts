import { localDay, mondayOf, timeZone } from "../../base/time/local_day.ts";
import { type Spending, type SpendingEntry, total } from "../../model/spending.ts";
import type { ButtonView } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import { spendingText } from "../budget/amounts.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { commandButtons } from "./command_buttons.ts";

/** The command about what was used up. */
export const costCommand: Commands = {
  cost: { usage: "/cost", argumentPattern: /^(all)?$/i, run: cost },
};

/** How many people or chats are listed. */
const MAX_LISTED = 20;

/**
 * Shows what was used up: in a group only what was used up there; in a direct chat that and what its person has
 * used up elsewhere. All of it only to the first user, in a direct chat.
 */
async function cost(request: CommandRequest): Promise<CommandResult> {
  const { argument, message, conversation: { record, spendings }, admission, texts } = request;
  const { chatId, chatType, threadId } = record;
  const day = localDay(Date.now());
  const [monday, first] = [mondayOf(day), `${day.slice(0, -2)}01`];
  const days = { from: monday < first ? monday : first, to: day };
  const line = (name: string, entries: readonly SpendingEntry[]) => {
    const since = (from: string) =>
      spendingText(total(entries.filter((entry) => entry.day >= from)), texts);
    return `**${name}**\n${texts.costLines(since(day), since(monday), since(first))}`;
  };
  const ofMonth = (entries: readonly SpendingEntry[]) => entries.filter(({ day }) => day >= first);
  const byPerson = (entries: readonly SpendingEntry[]) =>
    list(texts.costByPerson, ofMonth(entries), "person", request);
  const isDirect = chatType === "p2p";
  const isFirst = isDirect && admission.isFirst(message.sender);
  const note = texts.costNote(timeZone());
  if (argument !== "") {
    if (!isFirst) return { answer: texts.costAllPrivate };
    const all = await spendings.everywhere(days);
    const byChat = list(texts.costByChat, ofMonth(all), "conversation", request);
    return answer([line(texts.costInAll, all), byChat, byPerson(all), note]);
  }
  const here = await spendings.in(record, days);
  if (!isDirect) {
    const inGroup = threadId === undefined ? here : await spendings.in({ chatId }, days);
    const topic = threadId === undefined ? "" : line(texts.costHere, here);
    return answer([topic, line(texts.costOfGroup, inGroup), byPerson(inGroup), note]);
  }
  const theirs = (await spendings.everywhere(days))
    .filter(({ person }) => person === message.sender);
  const lines = [line(texts.costHere, here), line(texts.costOfYou, theirs), note];
  return answer(lines, isFirst ? commandButtons(request, [[texts.costInAll, "cost", "all"]]) : []);
}

function answer(parts: readonly string[], buttons: readonly ButtonView[] = []): CommandResult {
  const text = parts.filter((part) => part !== "").join("\n\n");
  return { answer: [{ status: "plain", text, ...(buttons.length > 0 && { buttons }) }] };
}

/** The people or conversations that have used up most; empty if there is only one. */
function list(
  title: string,
  entries: readonly SpendingEntry[],
  by: "person" | "conversation",
  { message, texts }: { message: CommandRequest["message"]; texts: Texts },
): string {
  const sums = [...Map.groupBy(entries, (entry) => entry[by])]
    .map(([name, all]) => ({
      name: name === message.sender ? texts.costOfReader : `\`${name}\``,
      spent: total(all),
    }))
    .toSorted((a, b) => compare(b.spent, a.spent));
  if (sums.length < 2) return "";
  const rest = sums.length - MAX_LISTED;
  const lines = sums.slice(0, MAX_LISTED).map(({ name, spent }, i) =>
    `${i + 1}. ${name} – ${spendingText(spent, texts)}`
  );
  return [`**${title}**`, ...lines, ...(rest > 0 ? [texts.costMore(rest)] : [])].join("\n");
}

function compare(a: Spending, b: Spending): number {
  return a.cost - b.cost || a.tokens - b.tokens || a.turns - b.turns;
}

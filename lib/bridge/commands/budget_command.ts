import { localDay, timeZone } from "../../base/time/local_day.ts";
import { budgetText, parseBudget } from "../../model/budget.ts";
import { total } from "../../model/spending.ts";
import type { View } from "../../model/view.ts";
import { budgetAmount, budgetLine, spendingText } from "../budget/amounts.ts";
import { withBudget } from "../budget/budgets.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { picker } from "./picker.ts";

/** One amount, as `parseBudget` reads it. */
const AMOUNT = String
  .raw`(\$|usd)?\s*\d[\d.]*\s*(\$|usd|dollars?|turns?|次|轮|輪|个任务|美元|美金|刀)?`;

/** The command about what may be used up in a day. */
export const budgetCommand: Commands = {
  budget: {
    usage: "/budget <amount>",
    argumentPattern: new RegExp(`^(off|${AMOUNT}([\\s,，、;；]+${AMOUNT})?)?$`, "i"),
    isOrdered: true,
    hasPicker: true,
    current: ({ conversation: { record: { budget } } }) => budget && budgetText(budget),
    run: budget,
  },
};

/** What the list offers. */
const OFFERED = [{ cost: 1 }, { cost: 5 }, { cost: 20 }, { turns: 20 }, { turns: 100 }];

/** Shows or sets what may be used up here in a day. */
async function budget(request: CommandRequest): Promise<CommandResult> {
  const { argument, texts } = request;
  if (argument === "") return { answer: [{ status: "plain", ...await overview(request) }] };
  if (argument.toLowerCase() === "off") {
    return { answer: texts.budgetNone, update: (record) => withBudget(record) };
  }
  const budget = parseBudget(argument);
  if (budget === undefined) {
    return { answer: texts.misused("/budget <amount>", texts.commands["budget"] ?? "") };
  }
  return {
    answer: `${texts.budgetNow(budgetAmount(budget, texts))}\n\n${texts.howToBudget}`,
    update: (record) => withBudget(record, budget),
  };
}

/** The budgets that hold here and what is used up, with a list to choose another. */
async function overview(request: CommandRequest): Promise<Pick<View, "text" | "pickers">> {
  const { conversation: { record, spendings, budgets }, texts } = request;
  const day = localDay(Date.now());
  const spent = total(await spendings.in(record, { from: day, to: day }));
  const lines = [
    ...(record.budget === undefined ? [texts.budgetNone] : []),
    ...(await budgets()).map((one) => budgetLine(one, texts)),
    texts.spentToday(spendingText(spent, texts), timeZone()),
  ];
  const options = OFFERED.map((budget) => ({
    label: budgetAmount(budget, texts),
    value: budgetText(budget),
  }));
  const off = { label: texts.budgetOff, value: "off" };
  return {
    text: `${lines.map((line) => `- ${line}`).join("\n")}\n\n${texts.howToBudget}`,
    pickers: picker(request, "budget", texts.pick, [...options, off]),
  };
}

import type { BudgetScope } from "../model/conversation.ts";

/** The sentences about what the agent costs. */
export type BudgetTexts = typeof budgetEn;

/** How much of the budgets of a day is used. */
const budgets: Readonly<Record<BudgetScope, (used: string) => string>> = {
  here: (used) => `Today's budget here: ${used}`,
  chat: (used) => `Today's budget of this group: ${used}`,
  all: (used) => `Today's budget of all chats: ${used}`,
};

/** The sentences about what the agent costs, in English. Amounts are texts like `$1.20, 3 turns`. */
export const budgetEn = {
  budgets,
  turns: (n: number): string => `${n} turn${n === 1 ? "" : "s"}`,
  usedOf: (used: string, of: string): string => `${used} of ${of} used`,
  budgetTitle: "Today's budget is used up",
  budgetAsks: (prompt: string): string => `Run this all the same?\n> ${prompt}`,
  budgetRun: "Run this one",
  budgetRaise: (to: string): string => `Raise today to ${to}`,
  budgetRuns: "This one runs.",
  budgetRaised: (to: string): string => `Raised for today to ${to}.`,
  budgetStopped: "Not run.",
  budgetChanged: "There is room in the budget again.",
  budgetUnanswered: (isScheduled: boolean): string =>
    "Not run: nobody answered whether it may go over today's budget. /retry asks again, /budget changes it." +
    (isScheduled ? " The schedule does not count this as a failure." : ""),
  budgetWaits: "Today's budget is used up: see the question below.",
  budgetNearly: (line: string, zone: string): string =>
    `⚠️ ${line} (until midnight, ${zone}). /budget changes it.`,
  budgetGone: (line: string, zone: string): string =>
    `⚠️ ${line}. Until midnight (${zone}), the next turn asks first. /budget changes it.`,
  budgetPassed: (line: string): string => `⚠️ ${line}. This goes on to its end; /cancel stops it.`,
  budgetNone: "There is no budget here.",
  budgetNow: (amount: string): string => `Budget here, each day: ${amount}.`,
  howToBudget:
    "`/budget 5` sets five US dollars a day, `/budget 20 turns` twenty turns, `/budget 5, 20 turns` both; " +
    "`/budget off` ends it. What would go over is asked about first. A group's holds for its topics, too.",
  budgetOff: "off",
  spentToday: (amount: string, zone: string): string =>
    `Used here today: ${amount} (a day of ${zone})`,
  costHere: "Here",
  costOfGroup: "This group with its topics",
  costOfYou: "You, in all your chats",
  costInAll: "All chats",
  costLines: (day: string, week: string, month: string): string =>
    `- today: ${day}\n- this week: ${week}\n- this month: ${month}`,
  costByPerson: "By person, this month",
  costByChat: "By chat, this month",
  costOfReader: "you",
  costMore: (n: number): string => `… ${n} more`,
  costNote: (zone: string): string =>
    `Days of ${zone}; weeks begin on Monday. A turn counts on the day on which it ends. ` +
    "Dollars are as opencode computes them; a model without a price counts tokens and turns.",
  costAllPrivate: "What all chats cost is told to the first user of this bot, in a direct chat.",
};

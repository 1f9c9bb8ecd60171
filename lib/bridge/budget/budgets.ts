import { localDay } from "../../base/time/local_day.ts";
import { type Budget, raisedBudget, usedShare } from "../../model/budget.ts";
import type { BudgetDay, BudgetScope, ConversationRecord } from "../../model/conversation.ts";
import { type DayRange, type Spending, type SpendingEntry, total } from "../../model/spending.ts";
import type { BridgeSettings } from "../settings.ts";

/** A budget that holds in a conversation today. */
export interface DayBudget {
  readonly scope: BudgetScope;
  /** As it was set. */
  readonly budget: Budget;
  /** The budget with what it was raised by here for today. */
  readonly limit: Budget;
  readonly spent: Spending;
}

/** A day of the machine that the program runs on, for example `2026-11-28`. */
type Day = BudgetDay["day"];

/** What the bridge knows of what was used up: an entry a day, conversation and person. */
export interface SpendingReader {
  /** In a chat with its topics, or in one topic. */
  in(
    place: Pick<ConversationRecord, "chatId" | "threadId">,
    days: DayRange,
  ): Promise<readonly SpendingEntry[]>;
  /** In all chats together on a day. */
  inAll(day: Day): Promise<Spending>;
  everywhere(days: DayRange): Promise<readonly SpendingEntry[]>;
}

/** What {@linkcode budgetsOf} needs. */
export interface BudgetOptions {
  readonly settings: Pick<BridgeSettings, "budget">;
  readonly store: {
    readonly spendings: SpendingReader;
    conversation(key: string): Promise<ConversationRecord | undefined>;
  };
}

/** The budgets that hold in a conversation today: its own, that of a topic's chat, and that of all chats. */
export async function budgetsOf(
  record: ConversationRecord,
  { settings, store }: BudgetOptions,
): Promise<DayBudget[]> {
  const day = localDay(Date.now());
  const { chatId, threadId, budget } = record;
  const spentIn = async (place: Pick<ConversationRecord, "chatId" | "threadId">) =>
    total(await store.spendings.in(place, { from: day, to: day }));
  const found: DayBudget[] = [];
  const add = async (
    scope: BudgetScope,
    budget: Budget | undefined,
    spent: () => Promise<Spending>,
  ) => {
    if (budget === undefined) return;
    const times = budgetDay(record, day).raised?.[scope] ?? 0;
    found.push({ scope, budget, limit: raisedBudget(budget, times), spent: await spent() });
  };
  await add("here", budget, () => spentIn(record));
  if (threadId !== undefined) {
    const chat = await store.conversation(chatId);
    await add("chat", chat?.budget, () => spentIn({ chatId }));
  }
  await add("all", settings.budget, () => store.spendings.inAll(day));
  return found;
}

/** What was said in a conversation about the budgets of a day. */
export function budgetDay(
  { budgetDay }: Pick<ConversationRecord, "budgetDay">,
  day: Day,
): BudgetDay {
  return budgetDay?.day === day ? budgetDay : { day };
}

/** A conversation with another budget of its own: what was said about the previous one no longer counts. */
export function withBudget(
  { budget: _, budgetDay, ...record }: ConversationRecord,
  budget?: Budget,
): ConversationRecord {
  const { here: _here, ...raised } = budgetDay?.raised ?? {};
  const warned = budgetDay?.warned?.filter((scope) => scope !== "here") ?? [];
  return {
    ...record,
    ...(budgetDay && { budgetDay: { day: budgetDay.day, raised, warned } }),
    ...(budget && { budget }),
  };
}

/** Whether nothing is left of a budget. */
export function isUsedUp({ limit, spent }: Pick<DayBudget, "limit" | "spent">): boolean {
  return usedShare(limit, spent) >= 1;
}

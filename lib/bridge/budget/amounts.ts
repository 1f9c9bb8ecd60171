import { dollars, thousands } from "../../base/dollars.ts";
import type { Budget } from "../../model/budget.ts";
import type { Spending } from "../../model/spending.ts";
import type { Texts } from "../../texts/texts.ts";
import type { DayBudget } from "./budgets.ts";

/** What was used up, as a text: `$1.20 · 12.3k tokens · 3 turns`. */
export function spendingText(
  { cost, tokens, turns }: Spending,
  texts: Pick<Texts, "tokens" | "turns">,
): string {
  return [
    ...(cost > 0 ? [dollars(cost)] : []),
    ...(tokens > 0 ? [texts.tokens(thousands(tokens))] : []),
    texts.turns(turns),
  ].join(" · ");
}

/** A budget as a text: `$5.00, 20 turns`. */
export function budgetAmount({ cost, turns }: Budget, texts: Pick<Texts, "turns">): string {
  return [
    ...(cost === undefined ? [] : [dollars(cost)]),
    ...(turns === undefined ? [] : [texts.turns(turns)]),
  ].join(", ");
}

/** A budget and how much of it is used up, as a line. */
export function budgetLine(
  { scope, limit: { cost, turns }, spent }: Pick<DayBudget, "scope" | "limit" | "spent">,
  texts: Pick<Texts, "turns" | "budgets" | "usedOf">,
): string {
  const used = [
    ...(cost === undefined ? [] : [texts.usedOf(dollars(spent.cost), dollars(cost))]),
    ...(turns === undefined ? [] : [texts.usedOf(String(spent.turns), texts.turns(turns))]),
  ];
  return texts.budgets[scope](used.join(", "));
}

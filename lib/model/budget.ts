import type { Spending } from "./spending.ts";

/** What may be used up in a day: at least one of both is set. */
export interface Budget {
  /** In US dollars. */
  readonly cost?: number;
  readonly turns?: number;
}

/** An amount, and how people write the currency. */
const COST = /^(?:\$|usd)?\s*(\d{1,7}(?:\.\d{1,4})?)\s*(?:\$|usd|dollars?|美元|美金|刀)?$/i;
const TURNS = /^(\d{1,6})\s*(?:turns?|次|轮|輪|个任务)$/i;

/**
 * The budget that a text writes: `5`, `$2.50`, `20 turns`, or both with a comma or a blank between them, in
 * English or Chinese. `undefined` if it writes none.
 */
export function parseBudget(text: string): Budget | undefined {
  const parts = text.normalize("NFKC").trim()
    // What belongs to a number stands with it.
    .replace(/(?<=\d)\s+(?=[a-z\p{Script=Han}$])/giu, "").replace(/(?<=\$|usd)\s+(?=\d)/gi, "")
    .split(/[\s,、;+]+/).filter((part) => part !== "" && !/^(and|和|或|or)$/i.test(part));
  if (parts.length === 0 || parts.length > 2) return undefined;
  let budget: Budget = {};
  for (const part of parts) {
    const [, turns] = TURNS.exec(part) ?? [];
    const [, cost] = COST.exec(part) ?? [];
    const next: Budget | undefined = turns !== undefined
      ? { turns: Number(turns) }
      : cost !== undefined
      ? { cost: Number(cost) }
      : undefined;
    const [name] = Object.keys(next ?? {});
    if (next === undefined || name === undefined || name in budget) return undefined;
    if (Object.values(next).some((amount) => amount === 0)) return undefined;
    budget = { ...budget, ...next };
  }
  return budget;
}

/** A budget as {@linkcode parseBudget} reads it. */
export function budgetText({ cost, turns }: Budget): string {
  return [
    ...(cost === undefined ? [] : [String(cost)]),
    ...(turns === undefined ? [] : [`${turns} turns`]),
  ].join(", ");
}

/** The greatest share of a budget that is used up: 1 when nothing is left. */
export function usedShare({ cost, turns }: Budget, spent: Spending): number {
  return Math.max(
    cost === undefined ? 0 : spent.cost / cost,
    turns === undefined ? 0 : spent.turns / turns,
  );
}

/** A budget with `times` times more of it. */
export function raisedBudget({ cost, turns }: Budget, times: number): Budget {
  return {
    ...(cost !== undefined && { cost: cost * (1 + times) }),
    ...(turns !== undefined && { turns: turns * (1 + times) }),
  };
}

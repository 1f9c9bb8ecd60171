import { assertEquals } from "@std/assert";
import { type Budget, budgetText, parseBudget, raisedBudget } from "../../lib/model/budget.ts";
import { usedShare } from "../../lib/model/budget.ts";

Deno.test("a budget is written in dollars, turns or both, in English and Chinese", () => {
  const written: Readonly<Record<string, Budget | undefined>> = {
    "5": { cost: 5 },
    "$2.50": { cost: 2.5 },
    "$ 2.5": { cost: 2.5 },
    "5 USD": { cost: 5 },
    "3 dollars": { cost: 3 },
    "0.05": { cost: 0.05 },
    "20 turns": { turns: 20 },
    "1 turn": { turns: 1 },
    "20turns": { turns: 20 },
    "5, 20 turns": { cost: 5, turns: 20 },
    "20 turns 5": { cost: 5, turns: 20 },
    "5 美元": { cost: 5 },
    "２０ 次": { turns: 20 },
    "20个任务": { turns: 20 },
    "5 美元，20 轮": { cost: 5, turns: 20 },
    "5 美元和20次": undefined,
    "": undefined,
    "0": undefined,
    "0 turns": undefined,
    "-5": undefined,
    "5 6": undefined,
    "5, 6, 20 turns": undefined,
    "1.5 turns": undefined,
    "5 €": undefined,
    "¥5": undefined,
    "1e3": undefined,
    "a lot": undefined,
    "99999999": undefined,
  };
  for (const [text, budget] of Object.entries(written)) {
    assertEquals(parseBudget(text), budget, text);
    if (budget !== undefined) assertEquals(parseBudget(budgetText(budget)), budget, text);
  }
});

Deno.test("the greater share counts, and a raised budget has as much again", () => {
  const spent = { cost: 2.5, tokens: 9, turns: 8 };
  assertEquals(usedShare({ cost: 5 }, spent), 0.5);
  assertEquals(usedShare({ cost: 5, turns: 8 }, spent), 1);
  assertEquals(usedShare({}, spent), 0);
  assertEquals(raisedBudget({ cost: 5 }, 2), { cost: 15 });
  assertEquals(raisedBudget({ turns: 8 }, 0), { turns: 8 });
});

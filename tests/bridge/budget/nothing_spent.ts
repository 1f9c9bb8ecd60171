import type { SpendingReader } from "../../../lib/bridge/budget/budgets.ts";
import { NOTHING } from "../../../lib/model/spending.ts";

/** Nobody has used up anything. */
export const NOTHING_SPENT: SpendingReader = {
  in: () => Promise.resolve([]),
  inAll: () => Promise.resolve(NOTHING),
  everywhere: () => Promise.resolve([]),
};

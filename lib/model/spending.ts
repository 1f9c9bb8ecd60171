/** What the agent has used up. */
export interface Spending {
  /** In US dollars, as opencode prices it; 0 for a model whose price is not known. */
  readonly cost: number;
  /** The tokens read and written. */
  readonly tokens: number;
  /** How many prompts the agent had. */
  readonly turns: number;
}

/** What was used up in a conversation by a person on a day. */
export interface SpendingEntry extends Spending {
  /** A day of the machine that counted it, for example `2026-11-28`. */
  readonly day: string;
  readonly chatId: string;
  /** The conversation's key. */
  readonly conversation: string;
  /** By `open_id`. */
  readonly person: string;
}

/** A range of days, such as `2026-11-28`. */
export interface DayRange {
  readonly from: string;
  /** The last one, which is in it. */
  readonly to: string;
}

/** Nothing was used up. */
export const NOTHING: Spending = { cost: 0, tokens: 0, turns: 0 };

/** Adds up. */
export function total(all: readonly Spending[]): Spending {
  return all.reduce<Spending>((sum, one) => ({
    cost: sum.cost + one.cost,
    tokens: sum.tokens + one.tokens,
    turns: sum.turns + one.turns,
  }), NOTHING);
}

/** How many calls a turn may cost: `auto` is `thrifty` once it was seen that the month's calls are limited. */
export type CallsMode = "auto" | "thrifty" | "lively";

/** What {@linkcode thrift} depends on. */
export interface ThriftOptions {
  readonly mode: CallsMode;
  /** Whether the user has made the throttle of live edits shorter. */
  readonly hasQuickThrottle: boolean;
  /** Whether it is known that the month's calls are limited. */
  readonly isLimited: boolean;
  /** The share of the month's calls that is used, from 0 to 1; 0 if unknown. */
  readonly usedShare: number;
}

/** How much slower a thrifty turn gets its calls. */
const THRIFTY = 2;
/** The same shortly before the month's calls are used up. */
const MOST = 20;

/**
 * How many times as old as usual a turn must be to have a number of calls. 0: the number does not matter; 1:
 * as the README says; from 2 on: a thrifty turn, and thriftier the fewer calls are left this month.
 */
export function thrift({ mode, hasQuickThrottle, isLimited, usedShare }: ThriftOptions): number {
  if (mode === "lively") return 0;
  if (mode === "thrifty" || isLimited) {
    return Math.min(THRIFTY / Math.max(1 - usedShare, 0.01), MOST);
  }
  return hasQuickThrottle ? 0 : 1;
}

/** Whether this is the thrift of a turn that does without what is not needed. */
export function isThrifty(thrift: number): boolean {
  return thrift >= THRIFTY;
}

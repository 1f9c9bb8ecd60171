import type { Quantiles } from "./quantiles.ts";

/** One line of the table. */
export interface Figure {
  readonly what: string;
  /** The budget in the README, in words; empty when there is none. */
  readonly budget: string;
  readonly measured: string;
  /** Whether the budget is kept; nothing when there is none, or nothing was measured. */
  readonly kept?: boolean;
  /** How it was measured, in one line. */
  readonly how: string;
  /** The numbers behind `measured`, for `--json`; milliseconds, megabytes or counts, as their names say. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** How much a row may take. */
export interface RowOptions {
  /** Takes the time for what is cut short otherwise. */
  readonly full: boolean;
  /** Says on the terminal what is under way. */
  readonly say: (line: string) => void;
}

/** What measures some figures of the table that belong together. */
export interface Row {
  readonly name: string;
  /** Seconds that it takes, about. */
  readonly seconds: number;
  readonly measure: (options: RowOptions) => Promise<readonly Figure[]>;
}

/** A figure of many latencies in milliseconds, with budgets for the middle and for the worst in a hundred. */
export function latency(
  what: string,
  how: string,
  { n, p50, p99, max }: Quantiles,
  budget: { readonly p50?: number; readonly p99?: number } = {},
): Figure {
  const words = [
    budget.p50 === undefined ? "" : `p50 ≤ ${budget.p50} ms`,
    budget.p99 === undefined ? "" : `p99 ≤ ${budget.p99} ms`,
  ].filter((word) => word !== "");
  const kept = p50 <= (budget.p50 ?? Infinity) && p99 <= (budget.p99 ?? Infinity);
  return {
    what,
    budget: words.join(", "),
    measured: `p50 ${round(p50)} ms, p99 ${round(p99)} ms`,
    ...(words.length > 0 ? { kept } : {}),
    how: `${how}; ${n} samples`,
    numbers: { n, p50Ms: p50, p99Ms: p99, maxMs: max },
  };
}

/** A figure of one number that must not be more than `most`. */
export function atMost(
  what: string,
  how: string,
  value: number,
  unit: string,
  most?: number,
): Figure {
  const space = unit === "" || unit === "/s" ? "" : " ";
  return {
    what,
    budget: most === undefined ? "" : `≤ ${most}${space}${unit}`,
    measured: `${round(value)}${space}${unit}`,
    ...(most === undefined ? {} : { kept: value <= most }),
    how,
    numbers: { value },
  };
}

/** A line of the table for what cannot be measured here. */
export function unmeasured(what: string, budget: string, why: string): Figure {
  return { what, budget, measured: "–", how: why, numbers: {} };
}

/** Three digits that count. */
export function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

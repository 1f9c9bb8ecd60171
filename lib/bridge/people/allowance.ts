import type { FirstTimes } from "./newcomers.ts";

/** How often something may be done. */
export interface Allowance {
  readonly most: number;
  /** In milliseconds. */
  readonly withinMs: number;
}

/**
 * For messages that people can cause without asking for work: enough for a busy day, and less than a tenth of
 * the smallest known contingent of calls if it goes on for a month.
 */
export const UNASKED: Allowance = { most: 50, withinMs: 48 * 3_600_000 };

/** Takes one from an allowance, by its name; resolves with whether there was one left. It counts over restarts. */
export async function take(
  name: string,
  { most, withinMs }: Allowance,
  store: FirstTimes,
): Promise<boolean> {
  for (let i = 0; i < most; i++) if (await store.once(`${name}/${i}`, withinMs)) return true;
  return false;
}

const DAY_MS = 86_400_000;

/** After how many milliseconds values may be deleted, by the first part of their key; others stay. */
export const LIFETIMES_MS = {
  /** Which ask a message answers, and what a command ends: for the case that it is handled again. */
  answer: DAY_MS,
  cancel: DAY_MS,
  /** That a commit was made. No attempt of it can be later than that. */
  commit: DAY_MS,
  /** How many runs of schedules began on a day. */
  runs: 2 * DAY_MS,
  /** The reaction that says that a message was taken. */
  taken: 30 * DAY_MS,
} as const;

/** After how many milliseconds a stored value may be deleted, from now on; `undefined` for never. */
export function lifetime([kind]: Deno.KvKey, value: unknown): number | undefined {
  // What happened once is stored with the time at which it may happen again.
  if (kind === "once" && typeof value === "number") return Math.max(value - Date.now(), 1);
  return Object.entries(LIFETIMES_MS).find(([name]) => name === kind)?.[1];
}

import type { Rhythm } from "../../model/schedule.ts";
import { nextRun } from "./next_run.ts";

/** What keeps schedules from running away. */
export const LIMITS = {
  /** The most runs of a schedule on a day, and of all. */
  runsADay: 100,
  runsADayInAll: 300,
  /** The least time between two runs of a schedule, in minutes. */
  minutesApart: 5,
  /** The most schedules of a conversation, and of all. */
  schedules: 30,
  schedulesInAll: 1_000,
  /** The longest prompt, in characters. */
  promptChars: 4_000,
  /** How often in a row a schedule may fail. */
  failures: 3,
} as const;

const DAY_MS = 86_400_000;
/** For how long the times of a rhythm are looked at, in milliseconds: each of its days comes within it, mostly. */
const LOOK_MS = 8 * DAY_MS;

/** Whether a rhythm would run more often than {@linkcode LIMITS} allow, from its first time on. */
export function isTooOften(rhythm: Rhythm, zone: string, first: number): boolean {
  const times = [first];
  for (let last = first; last < first + LOOK_MS;) {
    const next = nextRun(rhythm, zone, last);
    if (next === undefined) return false;
    if (next - last < LIMITS.minutesApart * 60_000) return true;
    times.push(next);
    last = next;
    const dayBefore = times.at(-1 - LIMITS.runsADay);
    if (dayBefore !== undefined && next - dayBefore < DAY_MS) return true;
  }
  return false;
}

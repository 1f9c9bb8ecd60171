import type { Place, Target } from "./place.ts";

/** A prompt that runs by itself at its times, in the conversation in which it was set. */
export interface Schedule {
  readonly id: string;
  /** The conversation's key. Its machine alone runs it. */
  readonly conversation: string;
  readonly place: Place;
  /** Where its answers go. */
  readonly target: Target;
  /** Who has set it, by `open_id`. Its runs are this person's. */
  readonly by: string;
  /** What is asked of the agent. */
  readonly prompt: string;
  /** The times as the person wrote them. */
  readonly words: string;
  readonly rhythm: Rhythm;
  /** The time zone of the rhythm, by its IANA name. */
  readonly zone: string;
  /** Where each run has a session of its own; not set if the runs go on in the conversation's session. */
  readonly directory?: string;
  /**
   * When it runs next, in milliseconds since 1970 on this machine's clock. While it is paused, only if somebody
   * wants it to run now.
   */
  readonly nextAt?: number;
  /** Somebody has asked for the next run by hand: it is not left out for what would leave another one out. */
  readonly isWanted?: true;
  readonly paused?: PauseReason;
  /** How often in a row it ended without what was wanted. */
  readonly failures: number;
  /** How many of its times were left out since the last run. */
  readonly leftOut: number;
  /** On which day it ran how often; days are counted since 1970, in UTC. */
  readonly ran?: DayCount;
  /** The last of its times at which it ran, and not late, in milliseconds since 1970. */
  readonly ranAt?: number;
  /** On which of these days it was said that there are too many runs. */
  readonly limitedOn?: number;
}

/** How often something happened on a day. */
export interface DayCount {
  /** Counted since 1970, in UTC. */
  readonly day: number;
  readonly runs: number;
}

/**
 * Why a schedule does not run:
 * - `person`: somebody has paused it;
 * - `failed`: it failed several times in a row;
 * - `undelivered`: what it answered before cannot be delivered;
 * - `directory`: its directory is gone, or nobody may be there any more;
 * - `limit`: it was to run once, on a day that had too many runs;
 * - `unreadable`: an earlier version has stored times that this one cannot read;
 * - `removed`: the person who has set it may no longer use the bot.
 */
export type PauseReason =
  | "person"
  | "failed"
  | "undelivered"
  | "directory"
  | "limit"
  | "unreadable"
  | "removed";

/** When something happens again. Times of the day are minutes since midnight; from 1440 on, of the day after. */
export type Rhythm =
  | { readonly kind: "once"; readonly at: number }
  /** Each so many minutes after a time, in milliseconds since 1970. */
  | { readonly kind: "interval"; readonly minutes: number; readonly from: number }
  | { readonly kind: "days"; readonly days: Days; readonly times: readonly number[] }
  /** The five fields of cron. */
  | { readonly kind: "cron"; readonly pattern: string };

/** Days on which something happens again. */
export type Days =
  /** Days of the week, 1 for Monday to 7 for Sunday. */
  | { readonly of: "week"; readonly days: readonly number[] }
  /** Days of the month; one that a month does not have is its last. */
  | { readonly of: "month"; readonly days: readonly number[] }
  /** Each `n`th day from a date (`2026-11-28`) on. */
  | { readonly of: "count"; readonly n: number; readonly from: string };

/** What a run of a schedule is known by. */
export interface ScheduledRun {
  /** The id of the schedule. */
  readonly schedule: string;
  /** The times as the person wrote them. */
  readonly words: string;
  /** Who has set it, by `open_id`; not set in a direct chat. */
  readonly by?: string;
  /** Where the run has a session of its own; not set if it goes on in the conversation's session. */
  readonly directory?: string;
  /** The session of its own in which it goes on, because it answers what was asked there. */
  readonly session?: string;
  /** How many times before this one were left out. */
  readonly leftOut?: number;
}

/** The prefix of the ids of messages that stand for a run. The chat platform does not know them. */
export const RUN = "run.";

/** What a run of a schedule is known by. */
export function runOfSchedule(
  { id, words, by, place, directory, leftOut }: Schedule,
): ScheduledRun {
  return {
    schedule: id,
    words,
    ...(place.chatType === "group" && { by }),
    ...(directory !== undefined && { directory }),
    ...(leftOut > 0 && { leftOut }),
  };
}

/** The UTC day of a time, in milliseconds since 1970. */
export function utcDay(time: number): number {
  return Math.floor(time / 86_400_000);
}

/** How often something has happened on the day of a time, from a count that may be of an earlier one. */
export function runsOn(time: number, ran: DayCount | undefined): number {
  return ran?.day === utcDay(time) ? ran.runs : 0;
}

import { Cron } from "croner";
import type { Days, Rhythm, Schedule } from "../../model/schedule.ts";

/** How many days are looked at for the next one: the 29th of February may be eight years away. */
const MAX_DAYS = 8 * 366;
const MINUTE_MS = 60_000;

/**
 * When a rhythm comes next after a time, in milliseconds since 1970; `undefined` if it never does. An hour that
 * the clock skips happens right after it, and one that it repeats happens once: but for an interval, the wall clock of
 * two times in a row always goes forward.
 *
 * @param zone An IANA time zone.
 */
export function nextRun(rhythm: Rhythm, zone: string, after: number): number | undefined {
  switch (rhythm.kind) {
    case "once":
      return rhythm.at > after ? rhythm.at : undefined;
    case "interval": {
      const stepMs = rhythm.minutes * MINUTE_MS;
      const steps = Math.floor((after - rhythm.from) / stepMs) + 1;
      return rhythm.from + Math.max(steps, 1) * stepMs;
    }
    case "days":
      return nextDay(rhythm.days, rhythm.times, zone, after);
    case "cron":
      return nextCron(rhythm.pattern, zone, after);
  }
}

/**
 * Whether the times of a schedule can still be read: what an earlier version has stored may be a pattern or a time zone
 * that this one does not know.
 */
export function isReadable({ rhythm, zone }: Pick<Schedule, "rhythm" | "zone">): boolean {
  try {
    zoned(0, zone);
    nextRun(rhythm, zone, Date.now());
    return true;
  } catch {
    return false;
  }
}

function nextDay(
  days: Days,
  times: readonly number[],
  zone: string,
  after: number,
): number | undefined {
  const now = zoned(after, zone);
  // A day's last time may be at the midnight that begins the next one.
  let date = now.toPlainDate().subtract({ days: 1 });
  for (let i = 0; i < MAX_DAYS; i++) {
    if (isDay(date, days)) {
      const found = times.map((minutes) => timeOn(date, minutes, zone))
        .filter((time) => time > after);
      if (found.length > 0) return Math.min(...found);
    }
    date = date.add({ days: 1 });
  }
  return undefined;
}

function isDay(date: Temporal.PlainDate, days: Days): boolean {
  switch (days.of) {
    case "week":
      return days.days.includes(date.dayOfWeek);
    case "month": {
      const { daysInMonth } = date;
      return days.days.some((day) => Math.min(day, daysInMonth) === date.day);
    }
    case "count": {
      const passed = Temporal.PlainDate.from(days.from).until(date, { largestUnit: "days" }).days;
      return passed >= 0 && passed % days.n === 0;
    }
  }
}

/** A time of a day, in milliseconds since 1970. One that the clock skips is as much later, one that it repeats the first. */
export function timeOn(date: Temporal.PlainDate, minutes: number, zone: string): number {
  const day = minutes < 1440 ? date : date.add({ days: 1 });
  const plainTime = new Temporal.PlainTime(Math.floor(minutes / 60) % 24, minutes % 60);
  return day.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds;
}

function nextCron(pattern: string, zone: string, after: number): number | undefined {
  const cron = new Cron(pattern, { timezone: zone, paused: true });
  const before = zoned(after, zone).toPlainDateTime();
  for (let next = cron.nextRun(new Date(after)); next !== null; next = cron.nextRun(next)) {
    const wall = zoned(next.getTime(), zone).toPlainDateTime();
    // Otherwise it is in an hour that the clock repeats.
    if (Temporal.PlainDateTime.compare(wall, before) > 0) return next.getTime();
  }
  return undefined;
}

/** A time as the clocks of a zone show it. */
export function zoned(time: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone);
}

import { localDay } from "./local_day.ts";
import { timeOfDay } from "./time_of_day.ts";

/** A time to the minute, on this machine's clock: `2026-11-29 15:04`. @param time In milliseconds since 1970. */
export function localMinute(time: number): string {
  return `${localDay(time)} ${timeOfDay(time)}`;
}

/**
 * A time for people, on this machine's clock and with its time zone, as theirs may be another one: `15:04 (UTC+8)`
 * today, `2026-11-29 15:04 (UTC+8)` on another day.
 *
 * @param time In milliseconds since 1970.
 */
export function localTime(time: number, now: number = Date.now()): string {
  const day = localDay(time);
  return `${day === localDay(now) ? "" : `${day} `}${timeOfDay(time)} (${zoneOf(new Date(time))})`;
}

/** How far a time zone is from UTC at a time: `UTC+8`, `UTC-3:30`. */
function zoneOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const rest = size % 60;
  const more = rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`;
  return `UTC${minutes < 0 ? "-" : "+"}${Math.floor(size / 60)}${more}`;
}

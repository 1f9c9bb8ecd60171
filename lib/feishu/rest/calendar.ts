/** Feishu counts months in its own time zone, UTC+8. Times are milliseconds since 1970 on Feishu's clock. */
const ZONE_MS = 8 * 3_600_000;

/** The day of a time, for example `2026-11-28`. */
export function dayOf(time: number): string {
  return new Date(time + ZONE_MS).toISOString().slice(0, 10);
}

/** The month of a time, for example `2026-11`. */
export function monthOf(time: number): string {
  return dayOf(time).slice(0, 7);
}

/** When the month after that of a time begins. */
export function nextMonth(time: number): number {
  const date = new Date(time + ZONE_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) - ZONE_MS;
}

/** A time for people, for example `2026-12-01 00:00 (UTC+8)`. */
export function feishuTime(time: number): string {
  const text = new Date(time + ZONE_MS).toISOString().slice(0, 16).replace("T", " ");
  return `${text} (UTC+8)`;
}

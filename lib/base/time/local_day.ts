/** The day of a time (ms since 1970) on this machine's clock, for example `2026-11-28`. Days sort like texts. */
export function localDay(time: number): string {
  const date = new Date(time);
  const two = (part: number) => String(part).padStart(2, "0");
  const year = String(date.getFullYear()).padStart(4, "0");
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The day that is `days` days before a day. */
export function dayBefore(day: string, days: number): string {
  // In UTC no day is left out, and none is longer than another.
  return new Date(Date.parse(`${day}T00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  const weekday = new Date(`${day}T00:00Z`).getUTCDay();
  return dayBefore(day, (weekday + 6) % 7);
}

/** The time zone of this machine, for example `Asia/Shanghai`. */
export function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

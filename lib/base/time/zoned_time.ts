/**
 * A time as the clocks of a zone show it, the same in all languages but for the day of the week: `Mon 2026-11-30
 * 09:00`.
 *
 * @param time In milliseconds since 1970.
 * @param zone An IANA time zone.
 * @param weekdays What the days of the week are called, from Monday on.
 */
export function zonedTime(time: number, zone: string, weekdays: readonly string[]): string {
  const shown = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone);
  const clock = shown.toPlainTime().toString({ smallestUnit: "minute" });
  return `${weekdays[shown.dayOfWeek - 1] ?? ""} ${shown.toPlainDate().toString()} ${clock}`;
}

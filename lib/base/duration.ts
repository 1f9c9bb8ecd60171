/** How a language writes its units of time. Spaces around a unit belong to it. */
export interface TimeUnits {
  readonly hours: string;
  readonly minutes: string;
  readonly seconds: string;
}

const SYMBOLS: TimeUnits = { hours: " h", minutes: " min", seconds: " s" };

/**
 * A duration as people write it, rounded to seconds, and to minutes from one hour on: `42 s`,
 * `3 min 5 s`, `2 h 4 min`.
 */
export function duration(ms: number, units: TimeUnits = SYMBOLS): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds}${units.seconds}`;
  if (hours === 0) return `${minutes}${units.minutes} ${seconds % 60}${units.seconds}`;
  return `${hours}${units.hours} ${minutes % 60}${units.minutes}`;
}

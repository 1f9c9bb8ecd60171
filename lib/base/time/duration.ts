/** How a language writes units of time. Each unit includes the spaces around it. */
export interface TimeUnits {
  readonly hours: string;
  readonly minutes: string;
  readonly seconds: string;
}

const SYMBOLS: TimeUnits = { hours: " h", minutes: " min", seconds: " s" };

/**
 * Formats milliseconds the way people write a duration: `42 s`, `3 min 5 s`, `2 h 4 min`. Seconds are
 * left out from one hour on. Less than nothing, which a clock that was set back can bring, is `0 s`.
 */
export function duration(ms: number, units: TimeUnits = SYMBOLS): string {
  const seconds = Math.max(Math.round(ms / 1000), 0);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds}${units.seconds}`;
  if (hours === 0) return `${minutes}${units.minutes} ${seconds % 60}${units.seconds}`;
  return `${hours}${units.hours} ${minutes % 60}${units.minutes}`;
}

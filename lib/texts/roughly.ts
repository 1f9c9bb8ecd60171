const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * A time to wait, in milliseconds, as roughly as people say it, so that a message which says it seldom changes;
 * `undefined` if it is so long that only the date says something.
 */
export function roughly(ms: number): number | undefined {
  if (ms > 48 * HOUR) return undefined;
  const step = ms > 3 * HOUR ? HOUR : ms > 20 * MINUTE ? 10 * MINUTE : MINUTE;
  return Math.max(Math.ceil(ms / step) * step, MINUTE);
}

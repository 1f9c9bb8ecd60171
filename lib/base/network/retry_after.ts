/**
 * How long to wait according to the header `retry-after` (RFC 9110, section 10.2.3), which has seconds or a date; in
 * milliseconds. `undefined` if it says neither.
 */
export function parseRetryAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  const seconds = text.trim() === "" ? NaN : Number(text);
  if (seconds >= 0) return seconds * 1000;
  // Other numbers are read as years.
  const ms = /[a-z]/i.test(text) ? Date.parse(text) - Date.now() : NaN;
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

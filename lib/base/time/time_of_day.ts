/** The time of the day of a time (ms since 1970) on this machine's clock, for example `15:04`. */
export function timeOfDay(time: number): string {
  const date = new Date(time);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

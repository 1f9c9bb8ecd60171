/** The most events within any window of `spanMs` milliseconds; the times may come in any order. */
export function busiest(times: readonly number[], spanMs = 1000): number {
  const sorted = times.toSorted((a, b) => a - b);
  let first = 0;
  let most = 0;
  sorted.forEach((at, index) => {
    while ((sorted[first] ?? at) <= at - spanMs) first++;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

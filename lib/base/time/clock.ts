/** The wall clock in milliseconds since 1970, with a fraction, for measuring latencies. */
export function wallNow(): number {
  return performance.timeOrigin + performance.now();
}

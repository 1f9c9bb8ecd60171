/** What is told of many measurements of one thing. */
export interface Quantiles {
  readonly n: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Quantiles by nearest rank: each is a value that was measured.
 *
 * @throws {RangeError} When nothing was measured.
 */
export function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number): number => {
    const value = sorted[Math.max(Math.ceil(share * sorted.length), 1) - 1];
    if (value === undefined) throw new RangeError("Nothing was measured");
    return value;
  };
  return { n: sorted.length, p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}

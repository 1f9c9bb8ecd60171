/** How long to wait between attempts. */
export interface BackoffOptions {
  /** Milliseconds after the first failure; doubled by each further one. */
  readonly firstMs: number;
  /** The longest wait, in milliseconds. */
  readonly maxMs: number;
}

/**
 * Milliseconds to wait after a number of failures in a row. A quarter of it is random, either way, so
 * that many who failed together do not come back together.
 *
 * @example
 * ```ts
 * backoff(3, { firstMs: 500, maxMs: 60_000 }); // about 2000
 * ```
 */
export function backoff(failures: number, { firstMs, maxMs }: BackoffOptions): number {
  const ms = Math.min(firstMs * 2 ** Math.min(Math.max(failures - 1, 0), 30), maxMs);
  return ms * (0.75 + Math.random() / 2);
}

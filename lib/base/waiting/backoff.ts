/** How long to wait between attempts. */
export interface BackoffOptions {
  /** Milliseconds to wait after the first failure. Each further failure doubles it. */
  readonly firstMs: number;
  /** The longest wait, in milliseconds. */
  readonly maxMs: number;
}

/**
 * Returns the milliseconds to wait after `failures` failures in a row. The wait varies by up to a
 * quarter either way, so that clients that failed together do not retry together.
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

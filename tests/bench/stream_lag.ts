/** A request to Feishu that shows a growing text. */
export interface Shown {
  /** When it reached the twin, in milliseconds since 1970. */
  readonly at: number;
  /** When the tokens in it were written. */
  readonly tokens: readonly number[];
}

/** What the requests for one message say about how far the chat was behind the model, in milliseconds. */
export interface StreamLag {
  /** For each token: from its writing to the request that shows it first. */
  readonly visible: readonly number[];
  /**
   * For each request: how late it was, beyond the throttle. It could leave when there was a new token and
   * the throttle was over; and it should have every token written until then. Whichever is more: how long
   * after that moment it came, or how old the oldest token is that it lacks.
   */
  readonly late: readonly number[];
  /** For each request: how old the oldest token is that was written before it came, and that it lacks. */
  readonly stale: readonly number[];
}

/**
 * @param requests The requests for one message, by time.
 * @param written When the model wrote its tokens, by time.
 * @param throttleMs Least milliseconds between two requests.
 */
export function streamLag(
  requests: readonly Shown[],
  written: readonly number[],
  throttleMs: number,
): StreamLag {
  const visible: number[] = [];
  const late: number[] = [];
  const stale: number[] = [];
  let before: { at: number; newest: number } | undefined;
  for (const { at, tokens } of requests) {
    const newest = Math.max(...tokens);
    const seen = before?.newest ?? -Infinity;
    const fresh = written.filter((token) => token > seen && token <= newest);
    const oldest = fresh[0];
    if (oldest === undefined) continue;
    visible.push(...fresh.map((token) => at - token));
    // The first words may follow the placeholder at once, so there the throttle says nothing.
    if (before !== undefined) {
      const due = Math.max(oldest, before.at + throttleMs);
      const lacking = written.find((token) => token > newest && token <= at) ?? at;
      late.push(Math.max(at - due, at - lacking));
      stale.push(at - lacking);
    }
    before = { at, newest };
  }
  return { visible, late, stale };
}

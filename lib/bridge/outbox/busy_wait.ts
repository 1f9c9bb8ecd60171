import { backoff } from "../../base/waiting/backoff.ts";

/** How often the delay that a chat names is taken as it is. After that the waits grow. */
const PATIENT = 8;
/** The least wait: the first ones, then those of a chat that stays busy, in milliseconds. */
const LEAST = { firstMs: 500, maxMs: 15_000 };

/**
 * How long to wait before the next attempt at a call that the chat wants to have later, in milliseconds. Pure but
 * for the jitter.
 *
 * @param times How often it was busy in a row.
 * @param askedMs The delay that it named.
 */
export function busyWaitMs(times: number, askedMs: number): number {
  return Math.max(askedMs, backoff(times - PATIENT, LEAST));
}

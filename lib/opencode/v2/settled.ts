import { delay } from "@std/async";

/** Milliseconds within which a location has read its configuration and plugins. */
const SETTLED_MS = 2_000;
/** Milliseconds between two looks. */
const CHECK_MS = 200;

/**
 * Reads something of a location that may not be complete yet: the first answers of a location come while its
 * plugins are still read (2.0.26). Resolves with the last answer when it does not become complete in time.
 */
export async function settled<T>(
  read: () => Promise<T>,
  isComplete: (found: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  for (const end = performance.now() + SETTLED_MS;;) {
    const found = await read();
    if (isComplete(found) || performance.now() > end) return found;
    await delay(CHECK_MS, { signal });
  }
}

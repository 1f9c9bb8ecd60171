import type { Extent } from "./catch_up.ts";

/**
 * After an absence of at least this many milliseconds all chats are read, after a shorter one only those in
 * which somebody may be waiting: the chat platform delivers the rest again.
 */
const ABSENCE_MS = 60_000;
/** All chats are also read if they were not for so many milliseconds. */
const ALL_READ_MS = 6 * 3_600_000;

/** Which chats are read after an absence. */
export class ReadScope {
  #allReadAt = -Infinity;

  /** @param awayMs For how long no message could arrive, in milliseconds. */
  after(awayMs: number): Extent {
    const now = Date.now();
    const isAll = awayMs >= ABSENCE_MS || Math.abs(now - this.#allReadAt) >= ALL_READ_MS;
    if (isAll) this.#allReadAt = now;
    return isAll ? "all" : "recent";
  }
}

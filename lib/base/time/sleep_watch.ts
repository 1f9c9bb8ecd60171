/** Milliseconds between two looks at the clock. */
export const LOOK_MS = 2_000;
/** A look that comes this many milliseconds late shows that the machine slept. */
const ASLEEP_MS = 10_000;

/** Notices that the machine slept: the looks, one every {@linkcode LOOK_MS}, stop meanwhile, and the clock goes on. */
export class SleepWatch {
  #lookedAt = Date.now();

  /** Looks at the clock; returns whether the machine slept since the last look. */
  look(): boolean {
    const now = Date.now();
    const hasSlept = now - this.#lookedAt > LOOK_MS + ASLEEP_MS;
    this.#lookedAt = now;
    return hasSlept;
  }
}

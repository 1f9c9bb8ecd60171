/** A wait that can be cut short for all who wait. */
export class Poke {
  #waiting = Promise.withResolvers<void>();

  /** Ends all waits that are under way. */
  poke(): void {
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers();
  }

  /**
   * Waits `ms` milliseconds, until {@linkcode Poke.poke} (unless `pokable` is false), or until the
   * signal aborts; never rejects.
   */
  async wait(ms: number, signal: AbortSignal, { pokable = true } = {}): Promise<void> {
    if (signal.aborted) return;
    const aborted = Promise.withResolvers<void>();
    const onAbort = () => aborted.resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(onAbort, Math.min(ms, 2 ** 31 - 1));
    try {
      await Promise.race([aborted.promise, ...(pokable ? [this.#waiting.promise] : [])]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }
}

/** Waits that can be ended early. */
export class Wakeup {
  readonly #listeners = new Set<() => void>();
  #count = 0;

  /** How often it has notified. Whoever asks before an attempt, and waits since then, misses nothing. */
  get count(): number {
    return this.#count;
  }

  /** Ends all current waits. */
  notify(): void {
    this.#count++;
    for (const listener of this.#listeners) listener();
  }

  /** Calls back at each {@linkcode Wakeup.notify}, until the signal aborts. */
  onNotify(listener: () => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  /**
   * Waits `ms` milliseconds, until {@linkcode Wakeup.notify}, or until the signal aborts; never rejects.
   *
   * @param since A {@linkcode Wakeup.count} of before: if it has notified since, there is nothing to wait for.
   */
  async wait(ms: number, signal: AbortSignal, since: number = this.#count): Promise<void> {
    if (since !== this.#count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#listeners.add(resolve);
    await pause(ms, signal, promise);
    // A promise that all waits share would keep something of each until the next notification.
    this.#listeners.delete(resolve);
  }
}

/**
 * Waits `ms` milliseconds (`Infinity`: without end), or until the signal aborts or `sooner` resolves;
 * never rejects.
 */
export async function pause(
  ms: number,
  signal: AbortSignal,
  sooner?: Promise<void>,
): Promise<void> {
  if (signal.aborted) return;
  const elapsed = Promise.withResolvers<void>();
  const end = () => elapsed.resolve();
  signal.addEventListener("abort", end, { once: true });
  // Timers cannot wait longer than 2³¹ − 1 ms.
  const timer = setTimeout(end, Math.min(ms, 2 ** 31 - 1));
  try {
    await Promise.race(sooner === undefined ? [elapsed.promise] : [elapsed.promise, sooner]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

interface Wait {
  readonly dueAt: number;
  readonly run: () => void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * The twin's time: real time plus an offset that a test can move forward, so that "14 days later"
 * or "the redelivery after 6 h" takes no time. Waits made with {@linkcode TwinClock.after} move along.
 */
export class TwinClock {
  #offset = 0;
  readonly #waits = new Set<Wait>();

  /** Milliseconds since the epoch in the twin's time. */
  now(): number {
    return Date.now() + this.#offset;
  }

  /** Moves time forward by `ms` and runs, in order, every wait that became due. */
  advance(ms: number): void {
    this.#offset += ms;
    const waits = [...this.#waits].sort((a, b) => a.dueAt - b.dueAt);
    for (const wait of waits) {
      clearTimeout(wait.timer);
      if (wait.dueAt <= this.now()) this.#fire(wait);
      else this.#arm(wait);
    }
  }

  /** Runs `run` once `ms` of the twin's time have passed. Returns a function that calls it off. */
  after(ms: number, run: () => void): () => void {
    const wait: Wait = { dueAt: this.now() + ms, run, timer: undefined };
    this.#waits.add(wait);
    this.#arm(wait);
    return () => {
      clearTimeout(wait.timer);
      this.#waits.delete(wait);
    };
  }

  /** Calls off all waits. */
  stop(): void {
    for (const wait of this.#waits) clearTimeout(wait.timer);
    this.#waits.clear();
  }

  #arm(wait: Wait): void {
    wait.timer = setTimeout(() => this.#fire(wait), Math.max(0, wait.dueAt - this.now()));
  }

  #fire(wait: Wait): void {
    if (this.#waits.delete(wait)) wait.run();
  }
}

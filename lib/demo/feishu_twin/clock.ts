interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * The twin's time: real time plus an offset. A test can move it forward, so that "14 days later" or "the
 * redelivery after 6 h" takes no time. Timers made with {@linkcode TwinClock.after} follow it.
 */
export class TwinClock {
  #offset = 0;
  readonly #timers = new Set<Timer>();

  /** Milliseconds since the epoch in the twin's time. */
  now(): number {
    return Date.now() + this.#offset;
  }

  /**
   * Moves the time forward by `ms`, or back. Every timer that becomes due runs at its own time, also one made
   * meanwhile.
   */
  advance(ms: number): void {
    const end = this.now() + ms;
    for (let next = this.#next(); next !== undefined && next.dueAt <= end; next = this.#next()) {
      clearTimeout(next.timer);
      this.#offset += Math.max(0, next.dueAt - this.now());
      this.#fire(next);
    }
    this.#offset += end - this.now();
    for (const due of this.#timers) {
      clearTimeout(due.timer);
      this.#arm(due);
    }
  }

  /** Calls `run` after `ms` of the twin's time. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void {
    const due: Timer = { dueAt: this.now() + ms, run, timer: undefined };
    this.#timers.add(due);
    this.#arm(due);
    return () => {
      clearTimeout(due.timer);
      this.#timers.delete(due);
    };
  }

  /** Cancels all timers. */
  stop(): void {
    for (const due of this.#timers) clearTimeout(due.timer);
    this.#timers.clear();
  }

  /** The timer that is due first. */
  #next(): Timer | undefined {
    return [...this.#timers].toSorted((a, b) => a.dueAt - b.dueAt)[0];
  }

  #arm(due: Timer): void {
    due.timer = setTimeout(() => this.#fire(due), Math.max(0, due.dueAt - this.now()));
  }

  #fire(due: Timer): void {
    if (this.#timers.delete(due)) due.run();
  }
}

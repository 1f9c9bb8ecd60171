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

  /** Moves the time forward by `ms` and runs, in order, every timer that became due. */
  advance(ms: number): void {
    this.#offset += ms;
    const timers = [...this.#timers].sort((a, b) => a.dueAt - b.dueAt);
    for (const due of timers) {
      clearTimeout(due.timer);
      if (due.dueAt <= this.now()) this.#fire(due);
      else this.#arm(due);
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

  #arm(due: Timer): void {
    due.timer = setTimeout(() => this.#fire(due), Math.max(0, due.dueAt - this.now()));
  }

  #fire(due: Timer): void {
    if (this.#timers.delete(due)) due.run();
  }
}

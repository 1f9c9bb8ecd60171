/** Does one thing after the other. What waits or is under way can be called off. */
export class Lane {
  readonly #signal: AbortSignal;
  readonly #onError: (error: unknown) => void;
  readonly #works = new Map<string, AbortController>();
  #last: Promise<void> = Promise.resolve();

  /** @param onError Called for each work that fails, unless it was called off. */
  constructor(signal: AbortSignal, onError: (error: unknown) => void) {
    this.#signal = signal;
    this.#onError = onError;
  }

  /** Adds a work under a name. */
  add(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    const off = new AbortController();
    this.#works.set(name, off);
    this.#last = this.#last.then(() => work(AbortSignal.any([this.#signal, off.signal])))
      .catch((error) => {
        if (!this.#signal.aborted) this.#onError(error);
      })
      .finally(() => this.#works.delete(name));
  }

  /** The names of what is under way or waits, oldest first. */
  get names(): string[] {
    return [...this.#works.keys()];
  }

  /** Calls a work off; its signal aborts. Returns whether there is one of that name. */
  callOff(name: string): boolean {
    const off = this.#works.get(name);
    off?.abort(new DOMException("Called off", "AbortError"));
    return off !== undefined;
  }

  /** Resolves when nothing is left. */
  get settled(): Promise<void> {
    return this.#last;
  }
}

/** Runs asynchronous work one piece at a time, in the order of the calls. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` after all earlier work has settled. Returns the result of `work`. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when all work given so far has settled; never rejects. */
  async settled(): Promise<void> {
    await this.#last;
  }
}

/** Runs pieces of work one after the other, in the order in which they were given. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` once all work before it has ended, however that ended; settles like it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when all work that was given so far has ended; never rejects. */
  async settled(): Promise<void> {
    await this.#last;
  }
}

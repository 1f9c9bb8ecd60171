/** Something that happens once, such as that a thing becomes known. */
export class Latch {
  readonly #happened = Promise.withResolvers<void>();
  #isSet = false;

  /** Whether it has happened. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** Resolves when it has happened. */
  get whenSet(): Promise<void> {
    return this.#happened.promise;
  }

  /** Notes that it has happened. */
  set(): void {
    this.#isSet = true;
    this.#happened.resolve();
  }
}

/** How many values a set holds if nobody says: many more than are of use at once. */
const MAX = 100;

/** A set of the values that were added last, in that order: when it is full, the oldest one goes. */
export class RecentSet<T> extends Set<T> {
  readonly #max: number;

  /** @param max How many values it holds. */
  constructor(max = MAX) {
    super();
    this.#max = max;
  }

  /** Adds a value, or makes it the newest. */
  override add(value: T): this {
    this.delete(value);
    super.add(value);
    for (const oldest of this) {
      if (this.size <= this.#max) break;
      this.delete(oldest);
    }
    return this;
  }
}

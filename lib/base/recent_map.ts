/** A map of the entries that were set last, in that order: when it is full, the oldest one goes. */
export class RecentMap<K, V> extends Map<K, V> {
  readonly #max: number;

  /** @param max How many entries it holds. */
  constructor(max: number) {
    super();
    this.#max = max;
  }

  /** Sets an entry, and makes it the newest. */
  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    for (const oldest of this.keys()) {
      if (this.size <= this.#max) break;
      this.delete(oldest);
    }
    return this;
  }
}

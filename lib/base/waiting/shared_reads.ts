import { abortable } from "@std/async";

/** A read of one thing. */
interface Flight<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Reads what many ask for at the same time: of one thing, one read after the other, each for all who asked before it
 * began. So nobody is told what was read before they asked.
 */
export class SharedReads<T> {
  readonly #read: (key: string, signal: AbortSignal) => Promise<T>;
  /** By key, the read that runs. */
  readonly #running = new Map<string, Promise<unknown>>();
  /** By key, the read that has not begun. */
  readonly #next = new Map<string, Flight<T>>();

  /** @param read Its signal aborts when nobody waits for it any longer. */
  constructor(read: (key: string, signal: AbortSignal) => Promise<T>) {
    this.#read = read;
  }

  /**
   * Resolves with what was read, which is shared, so nobody may change it; rejects with the read's error, or the
   * signal's reason.
   */
  async get(key: string, signal: AbortSignal): Promise<T> {
    const flight = this.#next.get(key) ?? this.#queue(key);
    flight.waiting++;
    try {
      return await abortable(flight.result, signal);
    } finally {
      // One that has not begun may be joined again.
      if (--flight.waiting === 0 && this.#next.get(key) !== flight) flight.stop.abort();
    }
  }

  #queue(key: string): Flight<T> {
    const stop = new AbortController();
    const before = this.#running.get(key) ?? Promise.resolve();
    const result = before.catch(() => {}).then(async () => {
      this.#next.delete(key);
      this.#running.set(key, result);
      try {
        if (flight.waiting === 0) throw new DOMException("nobody waits for it", "AbortError");
        return await this.#read(key, stop.signal);
      } finally {
        if (this.#running.get(key) === result) this.#running.delete(key);
      }
    });
    result.catch(() => {});
    const flight = { result, stop, waiting: 0 };
    this.#next.set(key, flight);
    return flight;
  }
}

import { Serial } from "./serial.ts";

/** Runs asynchronous work with the same key one piece at a time, in the order of the calls. */
export class KeyedSerial {
  /** The work under way by key, and how many pieces there are. */
  readonly #busy = new Map<string, { readonly serial: Serial; pieces: number }>();

  /** Runs `work` after all earlier work with its key has settled. Returns the result of `work`. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const busy = this.#busy.get(key) ?? { serial: new Serial(), pieces: 0 };
    busy.pieces++;
    this.#busy.set(key, busy);
    return busy.serial.run(work).finally(() => {
      if (--busy.pieces === 0) this.#busy.delete(key);
    });
  }
}

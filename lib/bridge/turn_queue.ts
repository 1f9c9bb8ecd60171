import { describe } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Turn, TurnHome } from "./turn.ts";

/** The turns of a conversation: runs them one at a time, in the order in which they came. */
export class TurnQueue {
  readonly #home: TurnHome;
  readonly #signal: AbortSignal;
  readonly #log: Log;
  readonly #turns: Turn[] = [];
  #pump: Promise<void> | undefined;

  /** @param signal Ends the running turn's following, not the turn itself. */
  constructor(home: TurnHome, { signal, log }: { signal: AbortSignal; log: Log }) {
    this.#home = home;
    this.#signal = signal;
    this.#log = log;
  }

  /** The running turn first, then those that wait. */
  get turns(): readonly Turn[] {
    return this.#turns;
  }

  /** Adds a turn, and runs it when it is its time. */
  push(turn: Turn): void {
    this.#turns.push(turn);
    if (this.#turns.length > 1) turn.showQueued(this.#turns.length - 1);
    this.#pump ??= this.#run();
  }

  /** Takes a turn out, or ends it if it has begun. */
  async drop(turn: Turn): Promise<void> {
    const at = this.#turns.indexOf(turn);
    if (at === 0) return await turn.cancel();
    if (at === -1) return;
    this.#turns.splice(at, 1);
    await turn.drop();
  }

  /** Lets go of all turns, once nothing is under way any more; after an abort that is soon. */
  async settled(): Promise<void> {
    await this.#pump;
    await Promise.all(this.#turns.map((turn) => turn.release()));
  }

  async #run(): Promise<void> {
    try {
      for (let turn = this.#turns[0]; turn !== undefined; turn = this.#turns[0]) {
        await turn.run(this.#home, this.#signal);
        this.#turns.splice(this.#turns.indexOf(turn), 1);
        this.#turns.forEach((waiting, before) => before > 0 && waiting.showQueued(before));
      }
    } catch (error) {
      if (!this.#signal.aborted) this.#log.error(`a turn stays open: ${describe(error)}`);
    } finally {
      // At once, so that whoever comes next starts another run.
      this.#pump = undefined;
    }
  }
}

import type { Turn } from "./turn.ts";

/** The turns of a conversation: the first runs, the others wait in the order in which they came. */
export class TurnQueue {
  readonly #turns: Turn[] = [];
  readonly #onError: (error: unknown) => void;
  /** Runs the turns, as long as there are any. */
  #running: Promise<void> | undefined;

  /** @param onError Called when a turn could not be run to its end. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** The running turn first, then the queue. */
  get turns(): readonly Turn[] {
    return this.#turns;
  }

  /** Adds a turn, and runs it when it is its time. */
  add(turn: Turn): void {
    this.#turns.push(turn);
    if (this.#turns.length > 1) turn.showQueued(this.#turns.length - 1);
    this.#running ??= this.#run();
  }

  /** Takes a turn out of the queue, or ends it if it runs. */
  async drop(turn: Turn): Promise<void> {
    const at = this.#turns.indexOf(turn);
    if (at === 0) return await turn.cancel();
    if (at === -1) return;
    this.#turns.splice(at, 1);
    await turn.drop();
  }

  /** Lets go of all turns; resolves when that is done. The signal that the turns were given has aborted. */
  async release(): Promise<void> {
    await this.#running;
    await Promise.all(this.#turns.map((turn) => turn.release()));
  }

  async #run(): Promise<void> {
    try {
      for (let turn = this.#turns[0]; turn !== undefined; turn = this.#turns[0]) {
        await turn.run();
        this.#turns.splice(this.#turns.indexOf(turn), 1);
        this.#turns.forEach((waiting, before) => before > 0 && waiting.showQueued(before));
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      // At once, so that whoever comes next starts another run.
      this.#running = undefined;
    }
  }
}

import type { Turn } from "./turn.ts";

/** The turns of a conversation. The first one runs; the others wait in order. */
export class TurnQueue {
  readonly #turns: Turn[] = [];
  readonly #onError: (error: unknown) => void;
  /** Settles when no turn is left; not set while nothing runs. */
  #running: Promise<void> | undefined;
  /** What turns that have ended in the chat wait for: the agent has not confirmed that they stopped. */
  readonly #stopping = new Set<Promise<void>>();

  /** @param onError Called if a turn rejects. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** The running turn first, then the queued ones. */
  get turns(): readonly Turn[] {
    return this.#turns;
  }

  /** Adds a turn. It runs after the earlier ones; one that only has to stop holds up no other. */
  add(turn: Turn): void {
    if (turn.record.state.kind === "stopping") {
      turn.resumeStop();
      return this.#watchStop(turn);
    }
    this.#turns.push(turn);
    if (this.#turns.length > 1) turn.showQueued(this.#turns.length - 1);
    this.#running ??= this.#run();
  }

  /** Removes a queued turn, or cancels the running one. */
  async drop(turn: Turn): Promise<void> {
    const index = this.#turns.indexOf(turn);
    if (index === 0) return await turn.cancel();
    if (index === -1) return;
    this.#turns.splice(index, 1);
    await turn.drop();
  }

  /** Releases all turns when the program ends. Call it after their signal has aborted. */
  async release(): Promise<void> {
    await this.#running;
    await Promise.all(this.#stopping);
    await Promise.all(this.#turns.map((turn) => turn.release()));
  }

  #watchStop({ stopping }: Turn): void {
    if (stopping === undefined) return;
    this.#stopping.add(stopping);
    stopping.finally(() => this.#stopping.delete(stopping));
  }

  async #run(): Promise<void> {
    try {
      for (let turn = this.#turns[0]; turn !== undefined; turn = this.#turns[0]) {
        await turn.run();
        this.#watchStop(turn);
        this.#turns.splice(this.#turns.indexOf(turn), 1);
        this.#turns.forEach((waiting, before) => before > 0 && waiting.showQueued(before));
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      // Cleared at once, so that the next turn added starts another run.
      this.#running = undefined;
    }
  }
}

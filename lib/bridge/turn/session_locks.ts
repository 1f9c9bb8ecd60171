import { pause } from "../../base/waiting/wakeup.ts";

interface Holder {
  /** The id of a turn. */
  readonly turn: string;
  readonly freed: PromiseWithResolvers<void>;
}

/**
 * Lets one turn at a time run in a session of the agent. Several conversations can be in the same session,
 * and the agent would answer two prompts as one.
 */
export class SessionLocks {
  /** Session id → the turn that has the session. */
  readonly #holders = new Map<string, Holder>();

  /** Whether another turn has a session. */
  isTaken(session: string, turn: string): boolean {
    const holder = this.#holders.get(session);
    return holder !== undefined && holder.turn !== turn;
  }

  /** Takes a session for a turn; returns whether no other turn has it. */
  tryTake(session: string, turn: string): boolean {
    if (this.isTaken(session, turn)) return false;
    if (!this.#holders.has(session)) {
      this.#holders.set(session, { turn, freed: Promise.withResolvers() });
    }
    return true;
  }

  /**
   * Takes a session for a turn, after the turn that has it.
   *
   * @throws The signal's reason.
   */
  async take(session: string, turn: string, signal: AbortSignal): Promise<void> {
    while (!this.tryTake(session, turn)) {
      await pause(Infinity, signal, this.#holders.get(session)?.freed.promise);
      signal.throwIfAborted();
    }
  }

  /** Frees all sessions that a turn has. */
  free(turn: string): void {
    for (const [session, holder] of this.#holders) {
      if (holder.turn !== turn) continue;
      this.#holders.delete(session);
      holder.freed.resolve();
    }
  }
}

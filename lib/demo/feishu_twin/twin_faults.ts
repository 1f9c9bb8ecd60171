import type { CardFault, ConnectionRefusal, RestFault } from "./fault_rules.ts";
import type { TwinState } from "./twin_state.ts";

/** Makes the twin misbehave. */
export class TwinFaults {
  readonly #state: TwinState;

  constructor(state: TwinState) {
    this.#state = state;
  }

  /** Closes all long connections cleanly. */
  drop(): void {
    this.#state.connection.closeAll("clean");
  }

  /** Ends all long connections with a TCP reset. */
  reset(): void {
    this.#state.connection.closeAll("reset");
  }

  /**
   * Freezes the open long connections. They stay up and may still be chosen for events, but the twin reads
   * and sends nothing on them. `alsoNew` freezes later connections, too. `halfOpen(false)` thaws all.
   */
  halfOpen(on: boolean, options: { readonly alsoNew?: boolean } = {}): void {
    this.#state.connection.faults.freezeNew = on && options.alsoNew === true;
    this.#state.connection.freeze(on);
  }

  /** Delays every REST answer by `ms` milliseconds. */
  delay(ms: number): void {
    this.#state.faults.delayMs = ms;
  }

  /** Makes the next matching requests fail. */
  fail(fault: RestFault): void {
    this.#state.faults.addRest(fault);
  }

  /** Refuses cards in `create`, `reply`, `patch` and CardKit. */
  refuseCards(fault: CardFault = {}): void {
    this.#state.faults.addCard(fault);
  }

  /** Keeps clicked cards locked for `ms` after the answer. */
  holdLocks(ms: number): void {
    this.#state.locks.afterMs = ms;
  }

  /** Lets the next `count` changes of locked cards through, which are taken back when the click is answered. */
  leakLocks(count = 1): void {
    this.#state.locks.leaks = count;
  }

  /** Grants a scope to the app, or revokes it. */
  grant(scope: string, on: boolean): void {
    if (on) this.#state.scopes.add(scope);
    else this.#state.scopes.delete(scope);
  }

  /** Leaves so many calls for this month (99991403 afterwards); `Infinity` ends that. */
  leaveCalls(calls: number): void {
    this.#state.contingent.leave(calls);
  }

  /** How many calls of this month have counted. */
  get countedCalls(): number {
    return this.#state.contingent.used;
  }

  /** Makes all tokens that were issued so far invalid (99991663). */
  revokeToken(): void {
    this.#state.tokens.revokeAll();
  }

  /** Ignores the next `count` acknowledgements, so that their events are delivered again. */
  loseAck(count = 1): void {
    this.#state.connection.faults.acksToLose = count;
  }

  /** Splits events over frames of at most `bytes` of payload; 0 stops that. */
  splitFrames(bytes: number): void {
    this.#state.connection.faults.splitBytes = bytes;
  }

  /**
   * Refuses new long connections until `false`: the endpoint answers with code 1 (`busy`), 1000040345
   * (`busy-or-secret`), 1000040350 (`full`), 1000040351 (`wrong-domain`), an error with `data: null`
   * (`no-data`) or HTTP 503 (`http`), or the upgrade is answered with 403 (`handshake`).
   */
  refuseConnections(how: ConnectionRefusal | false): void {
    this.#state.faults.refuseConnections = how === false ? undefined : how;
  }

  /** Ends all faults. Requests that hang keep hanging. */
  clear(): void {
    this.#state.faults.clear();
    this.halfOpen(false);
    this.loseAck(0);
    this.splitFrames(0);
    this.#state.locks.reset();
    this.leaveCalls(Infinity);
  }
}

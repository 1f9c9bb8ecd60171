import type { TwinClock } from "./clock.ts";
import { cardRefusal, Refusal } from "./refusal.ts";
import type { TwinMessage } from "./twin_message.ts";

/** A clicked card stays locked this long after the answer ("some hundred ms", seen in practice). */
const AFTER_MS = 300;

/**
 * The locks of clicked cards. From the click until its answer, and some time beyond, a card cannot be changed
 * (Feishu docs: delayed card updates; the codes were seen in practice).
 */
export class CardLocks {
  /** How long cards stay locked after the answer (ms). */
  afterMs = AFTER_MS;
  /** How many changes of locked cards still get through, to be taken back when the click is answered. */
  leaks = 0;
  readonly #clock: TwinClock;
  /** By message id: the twin time at which each lock ends. */
  readonly #until = new Map<string, number>();

  constructor(clock: TwinClock) {
    this.#clock = clock;
  }

  /** Ends the faults. Cards that are locked stay so. */
  reset(): void {
    this.afterMs = AFTER_MS;
    this.leaks = 0;
  }

  /** Locks a clicked card. Returns a function to call when the click was answered. */
  lock({ id }: TwinMessage): () => void {
    this.#until.set(id, Infinity);
    return () => this.#until.set(id, this.#clock.now() + this.afterMs);
  }

  /**
   * Lets a message be patched.
   *
   * @throws {Refusal} 230099 with the inner code 11310 while its card is locked.
   */
  checkPatch(message: TwinMessage): void {
    if (this.#refuses(message)) throw cardRefusal(11310, "card action is lock");
  }

  /**
   * Lets a card entity be changed; `message` shows it, if it was sent.
   *
   * @throws {Refusal} 200810 while the card is locked.
   */
  checkEntity(message: TwinMessage | undefined): void {
    if (message !== undefined && this.#refuses(message)) {
      throw new Refusal(200810, "card is in interaction");
    }
  }

  #refuses({ id }: TwinMessage): boolean {
    const isLocked = (this.#until.get(id) ?? 0) > this.#clock.now();
    if (!isLocked || this.leaks === 0) return isLocked;
    this.leaks--;
    return false;
  }
}

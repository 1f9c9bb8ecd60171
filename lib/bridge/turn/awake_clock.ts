/**
 * A clock for how long something has taken: what the machine slept meanwhile does not count, nor that its clock was
 * set. The system's clock goes on while the machine sleeps; the monotonic one stands still then, on Linux and macOS.
 */
export class AwakeClock {
  readonly #wall: () => number;
  readonly #awake: () => number;
  /** By how much the system's clock was ahead of the monotonic one at the beginning. */
  #ahead: number;

  /** @param wall The system's clock, in milliseconds. @param awake The monotonic clock, in milliseconds. */
  constructor(wall: () => number = Date.now, awake: () => number = () => performance.now()) {
    this.#wall = wall;
    this.#awake = awake;
    this.#ahead = wall() - awake();
  }

  /** Begins again: what was slept before is forgotten. */
  restart(): void {
    this.#ahead = this.#wall() - this.#awake();
  }

  /** Milliseconds since 1970 if the machine had not slept, and nobody had set its clock, since the beginning. */
  now(): number {
    return this.#awake() + this.#ahead;
  }
}

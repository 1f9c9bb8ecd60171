import { describe } from "../../base/errors.ts";
import { LOOK_MS, SleepWatch } from "../../base/time/sleep_watch.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { Services } from "../services.ts";
import { REACH_MS } from "./read_chat.ts";

/** Where the time is stored at which the bridge was last known to hear. */
export interface LastAlive {
  /** @param time In milliseconds since 1970 on the platform's clock. */
  markAlive(time: number): Promise<void>;
}

/** What a {@linkcode Presence} needs. */
export interface PresenceOptions extends Pick<Services, "log" | "signal"> {
  readonly store: LastAlive;
  readonly chat: Pick<Services["chat"], "clock">;
  /** Whether the connection to the chat is up, as far as it is known. */
  readonly isUp: () => boolean;
  /** When an earlier run was last known to hear, in milliseconds since 1970 on the platform's clock. */
  readonly lastAlive: number | undefined;
}

/** How often the time is stored at which the bridge could hear, in milliseconds. */
const STORE_MS = 30_000;
/**
 * An absence of a running bridge that is shorter than this, in milliseconds, is forgiven: who wrote
 * meanwhile still waits for the answer.
 */
const SHORT_MS = 60_000;

/** A time between two times, in milliseconds since 1970 on this machine's clock. */
type Interval = readonly [from: number, to: number];

/**
 * Knows when the bridge could hear the chat. It cannot while the program does not run, while the machine
 * sleeps, and without a connection. It is known to be connected again when {@linkcode Presence.onUp} is
 * called: after a sleep, a connection looks alive that is not.
 */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #startedAt = Date.now();
  /** Those of which messages may still be found. */
  #absences: readonly Interval[] = [];
  /** Up to when messages could arrive. */
  #heardUntil = this.#startedAt;
  readonly #sleep = new SleepWatch();
  #storedAt = 0;
  #isStoring = false;
  /** The last storing. Never rejects. */
  #stored: Promise<void> = Promise.resolve();
  #wasUp = false;
  /** The machine slept, and there was no new connection since. */
  #hasSlept = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Follows the clock until the signal aborts. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    for (;;) {
      this.tick();
      if (signal.aborted) return await this.#stored;
      await pause(LOOK_MS, signal);
    }
  }

  /**
   * Notes that messages can arrive again.
   *
   * @returns For how many milliseconds they could not; `Infinity` at the first call.
   */
  onUp(): number {
    const now = Date.now();
    const awayMs = now - this.#heardUntil;
    if (awayMs >= SHORT_MS) {
      const earlier = this.#absences.filter(([, until]) => until > now - REACH_MS);
      this.#absences = [...earlier, [this.#heardUntil, now]];
    }
    const isFirst = !this.#wasUp;
    this.#wasUp = true;
    this.#hasSlept = false;
    this.#heardUntil = now;
    // That is over.
    this.#sleep.look();
    return isFirst ? Infinity : awayMs;
  }

  /** Whether the bridge could not hear at a time (ms since 1970, this machine's clock). */
  wasAway(time: number): boolean {
    const { lastAlive, chat } = this.#options;
    const before: Interval[] = lastAlive === undefined
      ? []
      // The difference of the clocks may become known later.
      : [[chat.clock.ours(lastAlive), this.#startedAt]];
    return [...before, ...this.#absences].some(([from, to]) => time > from && time < to);
  }

  /**
   * Looks at the clock, and stores now and then that the bridge can hear. The time is stored on the
   * platform's clock, because this machine's may be corrected before the next start.
   */
  tick(): void {
    const { isUp, signal } = this.#options;
    const now = Date.now();
    if (this.#sleep.look()) this.#hasSlept = true;
    if (!isUp() || this.#hasSlept) return;
    this.#heardUntil = now;
    // A clock that was set back counts as well.
    const isDue = Math.abs(now - this.#storedAt) >= STORE_MS && !this.#isStoring;
    if (!isDue && !signal.aborted) return;
    this.#storedAt = now;
    // A store that is away holds up no look: a late one would seem to come after a sleep.
    this.#stored = this.#store(now, this.#stored);
  }

  /** Stores that the bridge heard at a time, after it has stored an earlier one. */
  async #store(time: number, before: Promise<void>): Promise<void> {
    const { store, chat, log } = this.#options;
    this.#isStoring = true;
    await before;
    await store.markAlive(chat.clock.theirs(time))
      .catch((error) => log.error(`cannot save: ${describe(error)}`));
    this.#isStoring = false;
  }
}

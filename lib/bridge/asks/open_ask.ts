import { backoff } from "../../base/waiting/backoff.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { Services } from "../services.ts";
import type { Ask } from "./ask.ts";
import type { AskCard } from "./ask_card.ts";
import type { Choice } from "./choice.ts";

/**
 * How long an ask stays open at least, in milliseconds, after a restart, because an answer that was given
 * meanwhile has yet to be fetched, and after an answer that did not get through.
 */
const GRACE_MS = 20_000;
/** How long the wait between two attempts to let an ask expire is, in milliseconds. */
const EXPIRY_BACKOFF = { firstMs: 5_000, maxMs: 5 * 60_000 };
/** How long an ask waits for the chat before it expires all the same, in milliseconds. */
const UNHEARD_MS = 24 * 3_600_000;
/** Milliseconds between two looks whether the chat is heard again. */
const HEAR_MS = 5_000;

/** What an {@linkcode OpenAsk} calls. */
export interface OpenAskOptions extends Pick<Services, "hearsSince"> {
  readonly onReminder: () => void;
  readonly onExpiry: () => void;
}

/** An ask that waits for an answer, and its time, which runs from the delivery of its card. */
export class OpenAsk {
  ask: Ask;
  readonly card: AskCard;
  /** The answers to the choices so far. */
  readonly answers: (readonly string[])[] = [];
  /** The line for its card if it is withdrawn while an answer to it is under way. */
  withdrawn: string | undefined;
  /** Whether the chat was told that it cannot be ended. */
  isFailureTold = false;
  /** When it was over (ms since 1970), if it is. */
  endedAt: number | undefined;
  readonly #options: OpenAskOptions;
  readonly #registeredAt = Date.now();
  /** Until when it stays open at least. */
  #graceUntil = 0;
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  /** How often it could not expire. */
  #failures = 0;

  constructor(ask: Ask, card: AskCard, options: OpenAskOptions) {
    this.ask = ask;
    this.card = card;
    this.#options = options;
  }

  /** The choice that waits for an answer, with what its card offers. */
  get choice(): Choice | undefined {
    const choice = this.ask.choices[this.answers.length];
    const { offered } = this.card;
    if (choice?.exact === undefined || offered === undefined) return choice;
    return { ...choice, options: choice.options.filter(({ value }) => offered.includes(value)) };
  }

  /**
   * Takes the current row of its card. The time runs from its delivery on, unless the ask is over.
   *
   * @param isResumed Whether an earlier run of the program delivered it.
   */
  take(row: LedgerRow, isResumed: boolean): void {
    const isKnown = this.card.shownAt !== undefined;
    this.card.take(row);
    if (isKnown || this.card.shownAt === undefined || this.endedAt !== undefined) return;
    if (isResumed) this.#graceUntil = Date.now() + GRACE_MS;
    this.start();
  }

  /** Starts the time, or starts it again. */
  start(): void {
    this.stop();
    const { timeoutMs } = this.ask;
    if (timeoutMs === undefined) return;
    const { onReminder } = this.#options;
    const { shownAt } = this.card;
    const now = Date.now();
    const endsAt = shownAt === undefined
      ? this.#registeredAt + UNHEARD_MS + timeoutMs
      : Math.max(shownAt + timeoutMs, this.#graceUntil);
    const leastMs = this.#failures === 0 ? 0 : backoff(this.#failures, EXPIRY_BACKOFF);
    this.#timers.push(setTimeout(() => this.#expire(), Math.max(endsAt - now, leastMs)));
    const reminderMs = (shownAt ?? Infinity) + timeoutMs / 2 - now;
    if (reminderMs > 0 && reminderMs < Infinity) {
      this.#timers.push(setTimeout(onReminder, reminderMs));
    }
  }

  /** Leaves time to give an answer again that did not get through, and starts the time. */
  allowRetry(): void {
    this.#graceUntil = Date.now() + GRACE_MS;
    this.start();
  }

  /** Starts the time again after an attempt to let it expire has failed. */
  postpone(): void {
    this.#failures++;
    this.start();
  }

  /**
   * Ends the ask, but neither while the chat cannot be heard nor right after that: an answer that was given in
   * time has yet to be fetched.
   */
  #expire(): void {
    const { hearsSince, onExpiry } = this.#options;
    const now = Date.now();
    const shownAt = this.card.shownAt ?? this.#registeredAt;
    const since = hearsSince();
    const isHeard = since !== undefined && (since <= shownAt || now >= since + GRACE_MS);
    if (isHeard || now > shownAt + UNHEARD_MS) return onExpiry();
    this.#timers.push(setTimeout(() => this.#expire(), HEAR_MS));
  }

  /** Stops the time. */
  stop(): void {
    this.#timers.forEach(clearTimeout);
    this.#timers.length = 0;
  }
}

import { ApiError, describe, NetworkError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { CallCounts, CallRecord } from "../../model/calls.ts";
import {
  callCounts,
  currentRecord,
  isNearlyUsedUp,
  usedUpUntil,
  withOthers,
} from "./call_counts.ts";
import { monthOf, nextMonth } from "./calendar.ts";
import { meaningOf } from "./codes.ts";

/** Stands between the client and each call that counts towards the month's contingent. */
export interface CallMeter {
  /** How many machines use the app, this one included: each takes its part of what the app may do. */
  readonly machines: number;
  /**
   * Makes a call, unless the month's calls are used up.
   *
   * @throws {ApiError} With {@linkcode USED_UP} if they are; it says when to try again.
   */
  run<T>(call: () => Promise<T>): Promise<T>;
}

/** Lets all calls pass, and counts none. */
export const UNMETERED: CallMeter = { machines: 1, run: (call) => call() };

/** What {@linkcode MonthlyCalls} need. */
export interface MonthlyCallsOptions {
  /** What an earlier run of the program stored. */
  readonly record?: CallRecord | undefined;
  /** Stores a record. */
  readonly save: (record: CallRecord) => Promise<void>;
  /** Reads what other machines have stored; none unless given. */
  readonly others?: () => Promise<readonly CallRecord[]>;
  /** How many machines use the app, this one included; 1 unless given. */
  readonly machines?: () => number;
  /** How many calls a month has; 0 if that is not known. */
  readonly perMonth: number;
  /** Feishu's time, in milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Called when calls are possible again. */
  readonly onRefilled?: () => void;
}

/** The code of every call once the month's calls are used up (Feishu's page of the call limit). */
const USED_UP = 99991403;
/** How often it is tried whether used-up calls are possible again, in milliseconds. */
const PROBE_MS = 3_600_000;
/** The same after a start, and after a try that had no answer. */
const SOON_MS = 60_000;
/** How long a call waits for the outcome of the one that tries, in milliseconds. */
const PROBING_MS = 2_000;
/** After so many calls, or so many milliseconds, the count is stored: a crash loses no more of it. */
const SAVE = { calls: 20, ms: 5_000 };

/**
 * Counts the month's calls, and pauses all of them once Feishu says that they are used up. Then one call an
 * hour, and one when the next month begins, tries whether they are possible again.
 *
 * On Feishu's free edition all apps of a tenant share a contingent of calls a month; afterwards it answers HTTP
 * 429 with the code 99991403 until the first of the next month. Refused calls do not count, nor do tokens and
 * the long connection (Feishu's page of the call limit). A call without an answer may have counted.
 *
 * Machines that share the app store a record each, which they write again and again, so that none counts twice; what
 * one of them learns of the contingent, the others learn when they next store theirs.
 */
export class MonthlyCalls implements CallMeter {
  readonly #options: MonthlyCallsOptions;
  #record: CallRecord | undefined;
  /** What other machines had stored when this one last looked. */
  #others: readonly CallRecord[] = [];
  /** When a call may try whether it is possible again, on Feishu's clock. */
  #probeAt = 0;
  #isProbing = false;
  #unsaved = 0;
  #savedAt = 0;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: MonthlyCallsOptions) {
    this.#options = options;
    const { record, log } = options;
    this.#record = record;
    if (record?.usedUp === undefined) return;
    this.#probeAt = record.usedUp.triedAt + SOON_MS;
    log.warn(sentence(record.usedUp));
  }

  get machines(): number {
    return this.#options.machines?.() ?? 1;
  }

  /** Whether it is known that the month's calls are limited. */
  get isLimited(): boolean {
    return this.#options.perMonth > 0 || this.#record?.isLimited === true;
  }

  /** The share of the month's calls that is used, from 0 to 1; 0 if unknown. */
  get usedShare(): number {
    const { perMonth } = this.#options;
    return perMonth === 0 ? 0 : Math.min(this.#sum().calls / perMonth, 1);
  }

  /** The counts for people. */
  get counts(): CallCounts {
    const { perMonth, now } = this.#options;
    return callCounts(this.#sum(), perMonth, now());
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    const isProbe = this.#enter();
    try {
      const result = await call();
      this.#count();
      // One that left before the others were refused says nothing.
      if (isProbe) this.#refilled();
      return result;
    } catch (error) {
      if (meaningOf(error)?.reaction === "used-up") throw this.#usedUp();
      if (error instanceof NetworkError) this.#count();
      if (isProbe) this.#probeFailed(error);
      throw error;
    } finally {
      if (isProbe) this.#isProbing = false;
    }
  }

  /** Stores the count, and learns what others have; resolves when that is done, or the store refuses. */
  async save(): Promise<void> {
    const { save, log } = this.#options;
    this.#unsaved = 0;
    this.#savedAt = performance.now();
    this.#saving = this.#saving.then(() => save(this.#current()))
      .catch((error) => log.debug(`cannot save the count of calls: ${describe(error)}`));
    await this.#saving;
    await this.#learn()
      .catch((error) => log.debug(`cannot read others' counts: ${describe(error)}`));
  }

  /** Lets a call pass, or throws; returns whether the call tries if calls are possible again. */
  #enter(): boolean {
    const { usedUp } = this.#current();
    if (usedUp === undefined) return false;
    const now = this.#options.now();
    if (this.#isProbing) throw refusal(usedUp, PROBING_MS);
    if (now < this.#probeAt) throw refusal(usedUp, this.#probeAt - now);
    this.#isProbing = true;
    this.#record = { ...this.#current(), usedUp: { ...usedUp, triedAt: now } };
    // Before the call: a crash must not repeat it at once.
    void this.save();
    return true;
  }

  /** The record of this month and day. */
  #current(): CallRecord {
    return this.#record = currentRecord(this.#record, this.#options.now());
  }

  /** The same with what other machines have counted. */
  #sum(): CallRecord {
    return withOthers(this.#record, this.#others, this.#options.now());
  }

  /** Learns what other machines know. */
  async #learn(): Promise<void> {
    this.#others = await this.#options.others?.() ?? [];
    const now = this.#options.now();
    const record = this.#current();
    const { refilledAt = 0, usedUp: own } = record;
    const isLimited = this.#others.some((one) => one.isLimited);
    if (isLimited && !record.isLimited) this.#record = { ...record, isLimited };
    const paused = this.#others.flatMap(({ usedUp }) => usedUp ?? [])
      .find((usedUp) => usedUp.triedAt > refilledAt && monthOf(usedUp.since) === monthOf(now));
    if (own === undefined && paused !== undefined) {
      this.#record = { ...this.#current(), usedUp: paused };
      this.#probeAt = Math.min(paused.triedAt + PROBE_MS, nextMonth(now));
      this.#options.log.error(sentence(paused));
    }
    const isOver = own !== undefined &&
      this.#others.some((one) => one.usedUp === undefined && (one.refilledAt ?? 0) > own.triedAt);
    if (isOver) this.#refilled();
  }

  #count(): void {
    const { perMonth, log } = this.#options;
    const before = this.#current();
    const { calls, today } = { calls: before.calls + 1, today: before.today + 1 };
    this.#record = { ...before, calls, today };
    const all = this.#sum().calls;
    if (isNearlyUsedUp({ month: all, perMonth }) && !before.isWarned) {
      this.#record = { ...this.#record, isWarned: true };
      log.warn(
        `${all} of this month's ${perMonth} Feishu calls are used: answers grow in fewer steps now`,
      );
      void this.save();
    }
    const isDue = performance.now() - this.#savedAt >= SAVE.ms;
    if (++this.#unsaved >= SAVE.calls || isDue) void this.save();
  }

  /** Takes the failure of a call that tried if calls are possible again. */
  #probeFailed(error: unknown): void {
    // With a fresh token the same call tries once more.
    if (meaningOf(error)?.reaction === "renew") return;
    // Another refusal shows that calls are possible.
    if (error instanceof ApiError && !error.retryable) this.#refilled();
    else this.#probeAt = this.#options.now() + SOON_MS;
  }

  #refilled(): void {
    const { usedUp, ...record } = this.#current();
    if (usedUp === undefined) return;
    this.#record = { ...record, refilledAt: this.#options.now() };
    void this.save();
    this.#options.log.info("Feishu takes calls again");
    this.#options.onRefilled?.();
  }

  /** Pauses all calls; returns the error for the one that Feishu has refused. */
  #usedUp(): ApiError {
    const now = this.#options.now();
    const before = this.#current();
    const since = before.usedUp && monthOf(before.usedUp.since) === monthOf(now)
      ? before.usedUp.since
      : now;
    this.#record = { ...before, isLimited: true, usedUp: { since, triedAt: now } };
    this.#probeAt = Math.min(now + PROBE_MS, nextMonth(now));
    if (since === now) this.#options.log.error(sentence({ since }));
    void this.save();
    return refusal({ since }, this.#probeAt - now);
  }
}

type Pause = Pick<NonNullable<CallRecord["usedUp"]>, "since">;

function sentence(pause: Pause): string {
  return `this month's Feishu calls are used up: nothing is sent until ${usedUpUntil(pause)}, ` +
    "or until the plan allows more, which is tried once an hour";
}

function refusal(pause: Pause, retryAfterMs: number): ApiError {
  const message = `Feishu's calls of this month are used up until ${usedUpUntil(pause)}`;
  const call = { service: "feishu", method: "any call" } as const;
  return new ApiError(message, { ...call, code: USED_UP, retryable: true, retryAfterMs });
}

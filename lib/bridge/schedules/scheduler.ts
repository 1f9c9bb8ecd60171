import { describe } from "../../base/errors.ts";
import { redact } from "../../base/secrets/redact.ts";
import { summaryLine } from "../../base/text.ts";
import { Wakeup } from "../../base/waiting/wakeup.ts";
import { isUndelivered, type LedgerRow } from "../../model/ledger.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { Place, Target } from "../../model/place.ts";
import { runMessage } from "../../model/run_message.ts";
import { type PauseReason, runsOn, type Schedule, utcDay } from "../../model/schedule.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import type { DueSchedule } from "../../store/schedules.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Committer } from "../effects.ts";
import { isOurs } from "../machines/is_ours.ts";
import { forbidden } from "../places/path_rules.ts";
import { whyNoPlace } from "../places/why_no_place.ts";
import type { Services } from "../services.ts";
import { LIMITS } from "./limits.ts";
import { isReadable, nextRun } from "./next_run.ts";

/** The part of a conversation that its schedules use. */
export interface ScheduledConversation extends Committer {
  readonly queue: { readonly turns: readonly { readonly record: TurnRecord }[] };
  /** Creates rows that send views to the chat. */
  rows(target: Target, content: readonly View[]): LedgerRow[];
}

/** What a {@linkcode Scheduler} needs. */
export interface SchedulerOptions
  extends Pick<Services, "store" | "settings" | "admission" | "languages" | "log" | "signal"> {
  readonly open: (place: Place) => Promise<ScheduledConversation>;
  /** Handles a stored message. */
  readonly receive: (message: IncomingMessage) => Promise<void>;
}

/** Milliseconds between two looks at the clock, which may be set, or go on while the machine sleeps. */
const LOOK_MS = 10_000;
/** How many milliseconds the clock may go back before it counts as set back. */
const SET_BACK_MS = 60_000;
/** How many times that were missed are counted. */
const MAX_MISSED = 1_000;
/** How long an earlier answer may wait for its delivery, in milliseconds. */
const UNDELIVERED_MS = 600_000;

/** A time at which a schedule is due. */
interface Due {
  readonly schedule: Schedule;
  /** The last of its times that is over, in milliseconds since 1970. */
  readonly at: number;
  /** The schedule after this time, without a run; `undefined` if it has no other. */
  readonly after: Schedule | undefined;
  readonly now: number;
}

/**
 * Runs schedules. When one is due, the message of its run is put into the inbox and the schedule is moved
 * forward, in one step. The message is handled like any other: one that comes late is asked about.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #changed = new Wakeup();
  /** When the clock was looked at last, in milliseconds since 1970. */
  #lookedAt = Infinity;
  #lastReceived = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    options.store.schedules.watch(() => this.#changed.notify());
  }

  /** Follows the clock until the signal aborts. */
  async run(): Promise<void> {
    const { store: { schedules }, signal } = this.#options;
    while (!signal.aborted) {
      const isMore = await this.look();
      const next = await schedules.nextDue(Date.now()) ?? Infinity;
      const waitMs = isMore ? 0 : Math.min(Math.max(next - Date.now(), 0), LOOK_MS);
      await this.#changed.wait(waitMs, signal);
    }
  }

  /** Runs what is due; resolves with whether more is. */
  async look(now = Date.now()): Promise<boolean> {
    const { store, log, signal } = this.#options;
    if (now < this.#lookedAt - SET_BACK_MS) await this.#bringForward(now);
    this.#lookedAt = now;
    const { due, isAll } = await store.schedules.due(now, (key) => isOurs(store, key));
    let hasFailed = false;
    for (const one of due) {
      if (signal.aborted) return false;
      await this.#handle(one, now).catch((error) => {
        hasFailed = true;
        log.error(`cannot run schedule ${one.id}: ${describe(error)}; trying again`);
      });
    }
    return !isAll && !hasFailed;
  }

  /** Stops the schedules of a person, by `open_id`, who may no longer use the bot. */
  async dismiss(openId: string): Promise<void> {
    const { store } = this.#options;
    const ours = (await store.schedules.list()).filter((one) => isOurs(store, one.conversation));
    const theirs = ours.filter(({ by, paused }) => by === openId && !paused);
    for (const [i, schedule] of theirs.entries()) {
      const { nextAt: _, isWanted: _wanted, ...rest } = schedule;
      const isFirst = theirs[i - 1]?.conversation !== schedule.conversation;
      const say = (texts: Texts) => texts.userGone(openId);
      await this.#change(schedule, { ...rest, paused: "removed" }, isFirst ? say : undefined);
    }
  }

  /**
   * Brings schedules forward whose next time is not their next one: the clock was ahead when they were missed, and
   * was set back since. What ran at its time does not run again.
   */
  async #bringForward(now: number): Promise<void> {
    const { store } = this.#options;
    const ours = (await store.schedules.list()).filter((one) => isOurs(store, one.conversation));
    for (const schedule of ours) {
      const { rhythm, zone, nextAt, paused, ranAt = 0 } = schedule;
      if (paused !== undefined || nextAt === undefined || !isReadable(schedule)) continue;
      const next = nextRun(rhythm, zone, Math.max(now, ranAt));
      if (next !== undefined && next < nextAt) {
        await this.#change(schedule, { ...schedule, nextAt: next });
      }
    }
  }

  async #handle(due: DueSchedule, now: number): Promise<void> {
    const { schedules } = this.#options.store;
    const schedule = await schedules.get(due);
    if (schedule?.nextAt !== due.at) return await schedules.forgetDue(due);
    const reason = await this.#whyStop(schedule);
    if (reason !== undefined) return await this.#stop(schedule, reason);
    const { at, after } = timesPassed(schedule, now);
    const { queue: { turns } } = await this.#options.open(schedule.place);
    const isRunning = turns.some(({ record }) => record.scheduled?.schedule === schedule.id);
    const found = { schedule, at, after, now };
    if (await this.#isLimited(schedule, now)) return await this.#leaveLimited(found);
    // What somebody wants now waits in the queue.
    if (after === undefined || schedule.isWanted) return await this.#take(found);
    if (isRunning) return await this.#leaveOut(found);
    const undelivered = await this.#undelivered(schedule, now);
    if (undelivered.length > 0) return await this.#leaveUndelivered(found, undelivered);
    await this.#take(found);
  }

  /** Why a schedule may not go on. */
  async #whyStop(schedule: Schedule): Promise<PauseReason | undefined> {
    const { admission, settings } = this.#options;
    const { by, directory, failures, paused } = schedule;
    if (!admission.mayUse(by)) return "removed";
    if (directory !== undefined) {
      if (await whyNoPlace(directory, this.#options) !== undefined) return "directory";
      if (await forbidden(directory, settings) !== undefined) return "directory";
    }
    // Somebody may have it run once nevertheless.
    if (paused !== undefined) return undefined;
    if (!isReadable(schedule)) return "unreadable";
    return failures >= LIMITS.failures ? "failed" : undefined;
  }

  async #isLimited({ ran }: Schedule, now: number): Promise<boolean> {
    if (runsOn(now, ran) >= LIMITS.runsADay) return true;
    return await this.#options.store.schedules.runsOn(now) >= LIMITS.runsADayInAll;
  }

  /** The earlier messages to the conversation that have not got through: nobody would read more of them. */
  async #undelivered({ conversation }: Schedule, now: number): Promise<readonly LedgerRow[]> {
    const rows = await this.#options.store.rows(conversation);
    return rows.filter((row) =>
      isUndelivered(row) && row.lastError !== undefined && row.createdAt < now - UNDELIVERED_MS
    );
  }

  async #take({ schedule, at, after, now }: Due): Promise<void> {
    const { store: { schedules, shared }, settings, receive, log } = this.#options;
    this.#lastReceived = Math.max(now, this.#lastReceived + 1);
    const leftOut = after?.leftOut ?? schedule.leftOut;
    const message = runMessage({ ...schedule, leftOut }, at, this.#lastReceived);
    const ran = { day: utcDay(now), runs: runsOn(now, schedule.ran) + 1 };
    const isLate = now - at > settings.lateAfterMs;
    const forward = after && { ...after, leftOut: 0, ran, ...(!isLate && { ranAt: at }) };
    // Where machines share the inbox, it is found there from now on.
    shared?.inbox.take(message.messageId);
    // Otherwise somebody has changed it meanwhile, and the next look sees how.
    if (!await schedules.take(schedule, { message, after: forward }, now)) {
      return shared?.inbox.giveBack([message.messageId]);
    }
    const { chatId } = schedule.place;
    log.info(`run of schedule ${schedule.id} in ${chatId}: ${summaryLine(schedule.prompt, 200)}`);
    receive(message)
      .catch((error) =>
        log.debug(`run ${message.messageId} stays in the inbox: ${describe(error)}`)
      );
  }

  /** Goes on to the next time without a run, and perhaps says why. */
  async #leaveOut(
    { schedule, after }: Due,
    more: Partial<Schedule> = {},
    say?: (texts: Texts) => string,
  ): Promise<void> {
    this.#options.log.info(`schedule ${schedule.id} leaves out a time`);
    const leftOut = (after?.leftOut ?? 0) + 1;
    await this.#change(schedule, after && { ...after, leftOut, ...more }, say);
  }

  /** Counts a refusal of the chat as a failure. That nothing gets through for now says nothing about the chat. */
  async #leaveUndelivered(due: Due, undelivered: readonly LedgerRow[]): Promise<void> {
    const isRefused = undelivered.some((row) => row.isRefused);
    const failures = due.schedule.failures + (isRefused ? 1 : 0);
    if (failures >= LIMITS.failures) return await this.#stop(due.schedule, "undelivered");
    await this.#leaveOut(due, { failures });
  }

  /** Says, once a day, that there are too many runs. One that was to run once can still be run by hand. */
  async #leaveLimited(due: Due): Promise<void> {
    const { schedule, after, now } = due;
    if (after === undefined) return await this.#stop(schedule, "limit");
    const limitedOn = utcDay(now);
    const isTold = schedule.limitedOn === limitedOn && !schedule.isWanted;
    const say = (texts: Texts) => texts.tooManyRuns(schedule.words);
    await this.#leaveOut(due, { limitedOn }, isTold ? undefined : say);
  }

  /** Pauses a schedule, and says so in its chat. */
  async #stop(schedule: Schedule, paused: PauseReason): Promise<void> {
    const { nextAt: _, isWanted: _wanted, ...rest } = schedule;
    const { words, prompt } = schedule;
    this.#options.log.warn(`schedule ${schedule.id} is paused: ${paused}`);
    await this.#change(
      schedule,
      { ...rest, paused },
      (texts) => texts.scheduleStopped(words, summaryLine(prompt), texts.pauseReasons[paused]),
    );
  }

  /** Changes a schedule that nobody has changed meanwhile, and perhaps says something in its chat. */
  async #change(
    schedule: Schedule,
    after: Schedule | undefined,
    say?: (texts: Texts) => string,
  ): Promise<void> {
    const { open, languages } = this.#options;
    const { conversation: key, id, place, target, by } = schedule;
    const before = JSON.stringify(schedule);
    const isGroup = place.chatType === "group";
    const view = (text: string): View => ({
      status: "plain",
      text: redact(text),
      ...(isGroup && { mentions: [by] }),
    });
    const conversation = await open(place);
    await conversation.commit({
      schedules: [{
        conversation: key,
        id,
        change: (now) => JSON.stringify(now) === before ? after : now,
      }],
      rows: say ? conversation.rows(target, [view(say(languages.textsOf(key)))]) : [],
    });
  }
}

/** Which of its times is over last, and how a schedule goes on after that. */
function timesPassed(
  schedule: Schedule,
  now: number,
): { readonly at: number; readonly after: Schedule | undefined } {
  const { rhythm, zone, paused } = schedule;
  const { nextAt: _, isWanted: _wanted, ...rest } = schedule;
  let at = schedule.nextAt ?? now;
  if (!isReadable(schedule)) return { at, after: { ...rest, leftOut: 0 } };
  let missed = 0;
  let next = nextRun(rhythm, zone, at);
  for (; next !== undefined && next <= now && missed < MAX_MISSED; missed++) {
    at = next;
    next = nextRun(rhythm, zone, at);
  }
  if (next !== undefined && next <= now) next = nextRun(rhythm, zone, now);
  const leftOut = schedule.leftOut + missed;
  if (next === undefined) return { at, after: undefined };
  // A paused schedule runs once when somebody wants it.
  if (paused !== undefined) return { at, after: { ...rest, leftOut: 0 } };
  return { at, after: { ...rest, leftOut, nextAt: next } };
}

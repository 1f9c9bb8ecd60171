/** What a turn waits for when the model's provider has had enough of requests for a while. */
import { describe } from "../../base/errors.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import { summaryLine } from "../../base/text.ts";
import { EMPTY_READING, type ModelRetry, type Reading } from "../../model/reading.ts";
import type { EarlierAnswer, ModelLimit } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Services } from "../services.ts";
import type { RunnerOptions } from "./runner_options.ts";
import type { Wait } from "./wait.ts";

/** From how many milliseconds on a wait is told by the clock, and outlives the agent's server. */
const LONG_MS = 60_000;
/** Milliseconds between two looks at the clock: a machine that sleeps wakes up late. */
const LOOK_MS = 60_000;
/** How many characters of the reason are shown. */
const WHY_CHARS = 200;
/** How many characters and tool calls are kept of an answer that goes on after a limit. */
const MAX_TEXT = 100_000;
const MAX_TOOLS = 100;

/**
 * The limit that a turn waits for, to be stored with its run.
 *
 * @param known The one that is stored already.
 * @param now On this machine's clock, in milliseconds since 1970.
 */
export function limitOf(
  retry: ModelRetry | undefined,
  known: ModelLimit | undefined,
  now: number,
): ModelLimit | undefined {
  if (retry === undefined) return undefined;
  if (known?.until === retry.next) return known;
  return isLong(retry, now) ? { until: retry.next, why: retry.message } : undefined;
}

/**
 * Stores the limit that a turn waits for, if that has changed.
 *
 * @param busy Whether its session is busy, if the server was asked: only then it is known that it waits no longer.
 */
export function noteLimit(
  retry: ModelRetry | undefined,
  busy: boolean | undefined,
  { state: current, enter, log }: Pick<RunnerOptions, "state" | "enter" | "log">,
): void {
  const state = current();
  if (state.kind !== "posted" || (retry === undefined && busy !== true)) return;
  const { limit: known, ...run } = state.run;
  const limit = limitOf(retry, known, Date.now());
  if (limit?.until === known?.until) return;
  enter({ kind: "posted", run: { ...run, ...(limit && { limit }) } })
    .catch((error) => log.warn(`cannot note what a turn waits for: ${describe(error)}`));
}

function isLong({ next }: Pick<ModelRetry, "next">, now: number): boolean {
  return next - now >= LONG_MS;
}

/** Says when the model is asked again, and why not now. */
export function retryNote(retry: ModelRetry, texts: Texts, now: number): string {
  const { attempt, message, next } = retry;
  if (isLong(retry, now)) return texts.limitReached(next, now, shown(message));
  return texts.retrying(attempt, Math.max(next - now, 0), shown(message));
}

/** What a turn waits for that asks the model again, for `/status`. */
export function waitsForRetry(
  { retry }: Pick<Reading, "retry">,
  texts: Texts,
  now: number,
): string {
  return retry && isLong(retry, now)
    ? texts.waitsForLimit(retry.next, now, shown(retry.message))
    : texts.waitsForRetry;
}

function shown(why: string): string {
  return summaryLine(why, WHY_CHARS);
}

/** What {@linkcode waitForLimit} needs. */
export interface LimitOptions extends Pick<Services, "settings" | "texts"> {
  /** Shows a notice to the reader. */
  readonly notify: (notice: string) => void;
  /** Shows what the turn waits for. */
  readonly onWait: (wait: Wait | undefined) => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * Waits in place of the agent, whose server ended while it waited for a limit. Resolves with whether the turn goes
 * on then: not if nobody expects that any more, or the signal has aborted.
 */
export async function waitForLimit(
  limit: ModelLimit | undefined,
  { settings, texts, notify, onWait, signal }: LimitOptions,
): Promise<boolean> {
  if (limit === undefined) return false;
  const { until, why } = limit;
  if (Date.now() - until > settings.lateAfterMs) {
    notify(texts.limitMissed(until, Date.now(), shown(why)));
    return false;
  }
  for (let now = Date.now(); now < until && !signal.aborted; now = Date.now()) {
    onWait({
      note: texts.limitOutlived(until, now, shown(why)),
      waitsFor: texts.waitsForLimit(until, now, shown(why)),
    });
    await pause(Math.min(until - now, LOOK_MS), signal);
  }
  if (!signal.aborted) onWait(undefined);
  return !signal.aborted;
}

/** What a turn has brought before it goes on, for its message. */
export function broughtBefore(
  { text, tools, files, cost, tokens }: Reading = EMPTY_READING,
): EarlierAnswer {
  return {
    text: text.length > MAX_TEXT ? `…${text.slice(-MAX_TEXT).toWellFormed()}` : text,
    tools: tools.slice(-MAX_TOOLS),
    files,
    spent: { cost, tokens },
  };
}

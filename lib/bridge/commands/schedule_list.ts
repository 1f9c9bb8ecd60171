import { zonedTime } from "../../base/time/zoned_time.ts";
import { redact } from "../../base/secrets/redact.ts";
import { summaryLine } from "../../base/text.ts";
import type { Schedule } from "../../model/schedule.ts";
import type { ButtonView, View } from "../../model/view.ts";
import { isReadable, nextRun } from "../schedules/next_run.ts";
import type { CommandRequest, CommandResult } from "./command.ts";
import { type CommandButton, commandButtons } from "./command_buttons.ts";
import { fromList } from "./from_list.ts";

/** How many schedules have buttons; there is a text for all. */
const MAX_WITH_BUTTONS = 6;
/** How many characters of a prompt are shown. */
const LINE_CHARS = 80;

/** What can be done with a schedule. */
const ACTION = /^(pause|resume|remove|run)(?:\s+(\S+))?$/i;

/** What a change of a schedule answers, and what becomes of it; `undefined`: nothing. */
interface Managed {
  readonly line: string;
  readonly after?: (now: Schedule) => Schedule | undefined;
}

/** Pauses, resumes, runs or removes a schedule; `undefined` if the argument does not say so. */
export async function manageSchedule(request: CommandRequest): Promise<CommandResult | undefined> {
  const { argument, conversation, message, admission, texts } = request;
  const [whole, action = "", name] = ACTION.exec(argument) ?? [];
  if (whole === undefined) return undefined;
  const here = await schedulesHere(request);
  const meant = find(name, here, conversation.record.schedules);
  if (meant === undefined) return await scheduleList(request, name && texts.noSuchSchedule(name));
  if (!admission.mayAnswer(message.sender, meant.by)) {
    return await scheduleList(request, texts.notYourSchedule(meant.by));
  }
  const { line, after } = managed(action.toLowerCase(), meant, request);
  if (after === undefined) return await scheduleList(request, line);
  const changed = here.flatMap((one) => one === meant ? after(one) ?? [] : one);
  const change = (now: Schedule | undefined) => now && after(now);
  return {
    ...await scheduleList(request, line, changed),
    schedules: [{ conversation: meant.conversation, id: meant.id, change }],
  };
}

function managed(action: string, schedule: Schedule, { texts }: CommandRequest): Managed {
  const words = redact(schedule.words);
  const { nextAt: _, paused: _paused, ...rest } = schedule;
  switch (action) {
    case "remove":
      return { line: texts.scheduleRemoved(words), after: () => undefined };
    case "pause":
      return {
        line: texts.schedulePausedNow(words),
        after: ({ nextAt: _, isWanted: _wanted, ...now }) => ({
          ...now,
          paused: now.paused ?? "person",
        }),
      };
    case "run":
      return {
        line: texts.scheduleRunsNow(words),
        after: (now) => ({ ...now, nextAt: Date.now(), isWanted: true }),
      };
    default: {
      if (!isReadable(rest)) {
        return { line: texts.schedulePaused(texts.pauseReasons.unreadable) };
      }
      const nextAt = nextRun(rest.rhythm, rest.zone, Date.now());
      if (nextAt === undefined) return { line: texts.scheduleOver(words) };
      return {
        line: texts.scheduleResumed(words),
        after: ({ paused: _, ...now }) => ({ ...now, nextAt, failures: 0, leftOut: 0 }),
      };
    }
  }
}

/** The schedule that a number of the list means, or an id; without either, the only one. */
function find(
  name: string | undefined,
  here: readonly Schedule[],
  listed: readonly string[] = here.map(({ id }) => id),
): Schedule | undefined {
  if (name === undefined) return here.length === 1 ? here[0] : undefined;
  const id = fromList(name, listed);
  return here.find((one) => one.id === id);
}

/** What is scheduled in the conversation, numbered; the numbers are remembered. */
export async function scheduleList(
  request: CommandRequest,
  head?: string,
  schedules?: readonly Schedule[],
): Promise<CommandResult> {
  const { texts } = request;
  const here = schedules ?? await schedulesHere(request);
  const lines = here.map((one, i) => `${i + 1}. ${lineOf(one, request)}`);
  const text = [
    ...(head === undefined ? [] : [head]),
    ...(here.length === 0 ? [texts.noSchedules] : [lines.join("\n"), texts.howToManageSchedules]),
  ].join("\n\n");
  const view: View = { status: "plain", text, buttons: scheduleButtons(request, here) };
  const ids = here.map(({ id }) => id);
  return { answer: [view], update: (record) => ({ ...record, schedules: ids }) };
}

/** Reads the schedules of the conversation. */
async function schedulesHere({ conversation }: CommandRequest): Promise<Schedule[]> {
  const { key } = conversation.record;
  return (await conversation.schedules()).filter((one) => one.conversation === key);
}

/** Buttons that pause, resume, run and remove schedules. */
export function scheduleButtons(
  request: CommandRequest,
  schedules: readonly Schedule[],
): readonly ButtonView[] {
  const { texts } = request;
  const buttons = schedules.slice(0, MAX_WITH_BUTTONS).flatMap(({ id, paused }, i) => {
    const of = (label: string, action: string): CommandButton => [
      schedules.length === 1 ? label : `${i + 1} ${label}`,
      ...["schedule", `${action} ${id}`] as const,
    ];
    return [
      of(texts.runSchedule, "run"),
      paused ? of(texts.resumeSchedule, "resume") : of(texts.pauseSchedule, "pause"),
      of(texts.remove, "remove"),
    ];
  });
  return commandButtons(request, buttons);
}

function lineOf(schedule: Schedule, { message, texts }: CommandRequest): string {
  const { words, prompt, by, zone, nextAt, failures, paused } = schedule;
  const next = nextAt === undefined
    ? ""
    : texts.scheduleNext(zonedTime(nextAt, zone, texts.weekdays), zone);
  const state = [
    paused ? texts.schedulePaused(texts.pauseReasons[paused]) : next,
    failures > 0 && texts.scheduleFailed(failures),
  ].filter((part) => part);
  const task = redact(summaryLine(prompt, LINE_CHARS));
  const line = texts.scheduleLine(redact(words), task, by === message.sender ? "" : by);
  return [line, ...state].join(" – ");
}

/** The lines of `/status` about schedules: those of the conversation, and others that stopped by themselves. */
export async function scheduleStatus({ conversation, texts }: CommandRequest): Promise<string[]> {
  const all = await conversation.schedules();
  const { key } = conversation.record;
  const here = all.filter((one) => one.conversation === key);
  const stopped = all.filter((one) =>
    one.conversation !== key && one.paused !== undefined && one.paused !== "person"
  );
  const [next] = here.filter(({ nextAt }) => nextAt !== undefined)
    .toSorted((a, b) => (a.nextAt ?? 0) - (b.nextAt ?? 0));
  const time = next?.nextAt === undefined ? "" : zonedTime(next.nextAt, next.zone, texts.weekdays);
  const paused = here.filter((one) => one.paused !== undefined).length;
  return [
    ...(here.length === 0 ? [] : [texts.statusSchedules(here.length, time, paused)]),
    ...(stopped.length === 0 ? [] : [texts.statusStoppedSchedules(stopped.length)]),
  ];
}

import { newId } from "../../base/ids.ts";
import { timeZone } from "../../base/time/local_day.ts";
import { zonedTime } from "../../base/time/zoned_time.ts";
import { redact } from "../../base/secrets/redact.ts";
import { summaryLine } from "../../base/text.ts";
import { targetOf } from "../../model/message.ts";
import type { Target } from "../../model/place.ts";
import type { Schedule } from "../../model/schedule.ts";
import { isTooOften, LIMITS } from "../schedules/limits.ts";
import { nextRun } from "../schedules/next_run.ts";
import { type ParsedWhen, parseWhen, type WhenMistake } from "../schedules/parse_when.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { manageSchedule, scheduleButtons, scheduleList } from "./schedule_list.ts";

/** The commands that have prompts run by themselves. */
export const scheduleCommands: Commands = {
  every: { usage: "/every <time> <task>", takesText: true, run: every },
  at: { usage: "/at <time> <task>", takesText: true, run: at },
  schedule: { usage: "/schedule", takesText: true, run: schedule },
};

/** How many characters of a prompt are shown. */
const LINE_CHARS = 200;
/** How many of its next times show that a rhythm was understood. */
const SHOWN_TIMES = 3;

async function every(request: CommandRequest): Promise<CommandResult> {
  const { argument } = request;
  if (argument === "") return await scheduleList(request);
  const word = /^\p{Script=Han}/u.test(argument) ? "每" : "every ";
  const isComplete = /^(?:every|each)\b|^(?:每|天天)/i.test(argument);
  return await create(request, isComplete ? argument : `${word}${argument}`);
}

async function at(request: CommandRequest): Promise<CommandResult> {
  const { argument } = request;
  if (argument === "") return await scheduleList(request);
  // In `/at 9 …`, the command is the word that makes it a time.
  const isBare = /^\d{1,2}\s/.test(argument) &&
    parseWhen(argument, Date.now(), timeZone()) === "unclear";
  return await create(request, isBare ? `at ${argument}` : argument);
}

async function schedule(request: CommandRequest): Promise<CommandResult> {
  const { argument } = request;
  if (argument === "") return await scheduleList(request);
  return await manageSchedule(request) ?? await create(request, argument);
}

/** Sets a schedule as a text says. */
async function create(request: CommandRequest, text: string): Promise<CommandResult> {
  const { conversation, message, texts } = request;
  const now = Date.now();
  const when = parseWhen(text, now, timeZone());
  const refusal = typeof when === "string" ? refusalOf(when, request) : await whyNot(when, request);
  if (refusal !== undefined || typeof when === "string") return { answer: refusal ?? "" };
  const { rhythm, zone, first, words, prompt, isShared } = when;
  const { key, chatId, chatType, threadId, directory } = conversation.record;
  const made: Schedule = {
    id: newId(now),
    conversation: key,
    by: message.sender,
    prompt,
    words,
    rhythm,
    zone,
    place: { chatId, chatType, ...(threadId !== undefined && { threadId }) },
    target: targetOfRuns(message),
    ...(!isShared && { directory }),
    nextAt: first,
    failures: 0,
    leftOut: 0,
  };
  const view = {
    status: "plain",
    text: [
      texts.scheduleSet(redact(words), shown(prompt)),
      isShared ? texts.runsHere : texts.runsIn(directory),
      nextTimes(when, texts),
      texts.howToSchedule,
    ].join("\n"),
    buttons: scheduleButtons(request, [made]),
  } as const;
  const schedules = [{ conversation: key, id: made.id, change: () => made }];
  return { answer: [view], schedules };
}

/** Where runs are answered: in a topic behind what set them, elsewhere in messages of their own. */
function targetOfRuns(message: CommandRequest["message"]): Target {
  return message.threadId === undefined ? { chatId: message.chatId } : targetOf(message);
}

function refusalOf(mistake: WhenMistake, { texts }: CommandRequest): string {
  return {
    unclear: texts.whenUnclear,
    zone: texts.whenZoneUnclear,
    past: texts.whenPast,
    never: texts.whenNever,
  }[mistake];
}

/** Why something is not scheduled that says when. */
async function whyNot(
  { rhythm, zone, first, words, prompt }: ParsedWhen,
  { conversation, commands, texts }: CommandRequest,
): Promise<string | undefined> {
  if (prompt === "") return texts.nothingToDo(words);
  if (prompt.length > LIMITS.promptChars) return texts.promptTooLong(LIMITS.promptChars);
  const [, name = ""] = /^[/／]\s*(\p{L}+)/u.exec(prompt) ?? [];
  const isCommand = Object.entries(commands)
    .some(([one, { aliases = [] }]) => [one, ...aliases].includes(name.toLowerCase()));
  if (isCommand) return texts.noScheduledCommands(`/${name}`);
  if (isTooOften(rhythm, zone, first)) {
    return texts.tooOften(LIMITS.runsADay, LIMITS.minutesApart);
  }
  const all = await conversation.schedules();
  const here = all.filter((one) => one.conversation === conversation.record.key);
  if (here.length >= LIMITS.schedules) return texts.tooManySchedules(LIMITS.schedules);
  const isFull = all.length >= LIMITS.schedulesInAll;
  return isFull ? texts.tooManySchedules(LIMITS.schedulesInAll) : undefined;
}

function nextTimes(
  { rhythm, zone, first }: ParsedWhen,
  texts: CommandRequest["texts"],
): string {
  const times = [first];
  while (times.length < SHOWN_TIMES) {
    const next = nextRun(rhythm, zone, times.at(-1) ?? first);
    if (next === undefined) break;
    times.push(next);
  }
  const [next = "", ...more] = times.map((time) => zonedTime(time, zone, texts.weekdays));
  return texts.nextRuns(next, more.join("\n"), zone);
}

function shown(prompt: string): string {
  return redact(summaryLine(prompt, LINE_CHARS));
}

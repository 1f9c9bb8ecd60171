/** The sentences about what runs by itself at its times. */
export type SchedulesTexts = typeof schedulesEn;

/** The sentences about what runs by itself at its times, in English. */
export const schedulesEn = {
  /** What the days of the week are called, from Monday on. */
  weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  /** No Markdown. @param by Who has set it, by `open_id`; empty: the reader. */
  scheduledRun: (words: string, prompt: string, by: string) =>
    `⏰ Runs “${words}”${by === "" ? "" : `, set by ${by}`}: “${prompt}”`,
  timesLeftOut: (n: number) =>
    `${
      n === 1 ? "1 time before this one was" : `${n} times before this one were`
    } left out, as the bridge was away or the run before had not ended.`,
  missedTitle: (n: number) => `${n} scheduled run${n === 1 ? " was" : "s were"} missed`,
  missedQuestion: "These were to run while the bridge was away. Run them now?",
  missedRun: (prompt: string, words: string, times: number) =>
    `⏰ ${prompt} (“${words}”${times > 1 ? `, ${times} times` : ""})`,
  scheduleSet: (words: string, prompt: string) => `⏰ Scheduled “${words}”: “${prompt}”`,
  runsIn: (directory: string) => `Each run is in a fresh session, in ${directory}.`,
  /** Why a run did not begin. */
  noRunPlace: {
    gone: (directory: string) =>
      `The directory ${directory}, in which this was scheduled, does not exist any more. Schedule it again where it should run.`,
    unreadable: (directory: string) =>
      `The bridge may not read the directory ${directory} any more, in which this was scheduled. Allow it, or schedule it again where it should run.`,
  },
  runsHere: "Each run goes on in the session of this chat.",
  /** @param more The times after the first, one a line. */
  nextRuns: (first: string, more: string, zone: string) =>
    `Next: ${first}${
      more === "" ? "" : `, then ${more.replaceAll("\n", ", ")}`
    } (time zone ${zone}).`,
  howToSchedule: "/schedule lists what is set here, pauses it and removes it.",
  noSchedules:
    "Nothing is scheduled here. Write a time and a task, like `/every weekday at 9 check the build`, `/every 2 hours …`, " +
    "`/at tomorrow 8:30 …`, `/at in 20 minutes …`, or cron: `/schedule 0 9 * * 1-5 …`.",
  scheduleLine: (words: string, prompt: string, by: string) =>
    `“${words}”${by === "" ? "" : ` by \`${by}\``}: “${prompt}”`,
  scheduleNext: (time: string, zone: string) => `next ${time} (${zone})`,
  scheduleFailed: (n: number) => `failed ${n === 1 ? "once" : `${n} times in a row`}`,
  schedulePaused: (why: string) => `paused: ${why}`,
  howToManageSchedules:
    "`/schedule pause 1`, `/schedule resume 1`, `/schedule run 1` and `/schedule remove 1` act on one of them.",
  pauseSchedule: "Pause",
  resumeSchedule: "Resume",
  runSchedule: "Run now",
  noSuchSchedule: (name: string) => `There is no schedule ${name}. These are set here:`,
  notYourSchedule: (by: string) => `Only \`${by}\`, who has set this schedule, can change it.`,
  scheduleRemoved: (words: string) => `Removed: “${words}”.`,
  schedulePausedNow: (words: string) => `Paused: “${words}”.`,
  scheduleResumed: (words: string) => `It runs again: “${words}”.`,
  scheduleRunsNow: (words: string) => `It runs now: “${words}”.`,
  scheduleOver: (words: string) =>
    `The time of “${words}” is over. \`/schedule run\` has it run now, \`/schedule remove\` removes it.`,
  whenUnclear:
    "I do not understand that time, so nothing is scheduled. Write the time first, then the task: " +
    "`/every weekday at 9 check the build`, `/every 2 hours …`, `/every month on the 1st at 9 …`, `/at tomorrow 8:30 …`, " +
    "`/at in 20 minutes …`, or cron: `/schedule 0 9 * * 1-5 …`.",
  whenZoneUnclear:
    "That time zone may be several, so nothing is scheduled. Name a city, like `Asia/Shanghai` or `America/New_York`, or UTC.",
  whenPast: "That time is over, so nothing is scheduled. Write one that is still to come.",
  whenNever: "That time never comes, so nothing is scheduled. Write another one.",
  nothingToDo: (words: string) =>
    `Write what is to be done after the time: \`/schedule ${words} …\``,
  promptTooLong: (most: number) =>
    `A scheduled task may have ${most} characters. Put the rest into a file, and name that.`,
  noScheduledCommands: (command: string) =>
    `A schedule gives tasks to the agent; it does not run ${command}. Write what the agent should do.`,
  tooOften: (runs: number, minutes: number) =>
    `That is too often: a schedule may run at most ${runs} times a day, and at least ${minutes} minutes apart.`,
  tooManySchedules: (most: number) =>
    `There are ${most} schedules already, which is the limit. Remove one first: /schedule lists them.`,
  tooManyRuns: (words: string) =>
    `⏰ “${words}” did not run: today's limit of scheduled runs is reached. It goes on tomorrow.`,
  scheduleStopped: (words: string, prompt: string, why: string) =>
    `⏰ “${words}” is paused: ${why}. Its task: “${prompt}”. /schedule shows it, and resumes it.`,
  pauseReasons: {
    person: "somebody has paused it",
    failed: "it failed several times in a row",
    undelivered: "its messages could not be delivered",
    directory: "its directory is gone, or nobody may be there any more",
    limit: "it was to run on a day that had too many runs",
    unreadable: "its time cannot be read any more, so remove it and schedule it again",
    removed: "the person who has set it may no longer use this bot",
  },
  statusSchedules: (n: number, next: string, paused: number) =>
    `Schedules: ${n}${next === "" ? "" : `, next ${next}`}${
      paused > 0 ? `, ${paused} paused` : ""
    }`,
  statusStoppedSchedules: (n: number) =>
    `Schedules of other chats that stopped by themselves: ${n}. /schedule shows them there.`,
};

import type { SchedulesTexts } from "./schedules_en.ts";

/** The sentences about what runs by itself at its times, in Chinese. */
export const schedulesZh: SchedulesTexts = {
  weekdays: ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
  scheduledRun: (words, prompt, by) =>
    `⏰ 定时任务“${words}”${by === "" ? "" : `（由 ${by} 设置）`}：“${prompt}”`,
  timesLeftOut: (n) => `之前有 ${n} 次没有执行：桥接程序当时不在，或上一次还没有结束。`,
  missedTitle: (n) => `错过了 ${n} 个定时任务`,
  missedQuestion: "桥接程序不在时，以下任务到了时间。现在执行吗？",
  missedRun: (prompt, words, times) =>
    `⏰ ${prompt}（定时“${words}”${times > 1 ? `，共 ${times} 次` : ""}）`,
  scheduleSet: (words, prompt) => `⏰ 已设置“${words}”：“${prompt}”`,
  runsIn: (directory) => `每次都在 ${directory} 中用新会话执行。`,
  noRunPlace: {
    gone: (directory) => `设置时的目录 ${directory} 已不存在。请在要执行的目录中重新设置。`,
    unreadable: (directory) =>
      `桥接程序已无权读取设置时的目录 ${directory}。请恢复权限，或在要执行的目录中重新设置。`,
  },
  runsHere: "每次都在这个聊天的会话中继续。",
  nextRuns: (first, more, zone) =>
    `下次：${first}${more === "" ? "" : `，之后 ${more.replaceAll("\n", "、")}`}（时区 ${zone}）。`,
  howToSchedule: "发送 /schedule 可查看、暂停和移除这里的定时任务。",
  noSchedules:
    "这里没有定时任务。先写时间再写任务，例如 `/every 每天9点 检查构建`、`/every 2小时 …`、`/at 明天早上8点 …`、`/at 20分钟后 …`，" +
    "或用 cron：`/schedule 0 9 * * 1-5 …`。",
  scheduleLine: (words, prompt, by) =>
    `“${words}”${by === "" ? "" : `（由 \`${by}\` 设置）`}：“${prompt}”`,
  scheduleNext: (time, zone) => `下次 ${time}（${zone}）`,
  scheduleFailed: (n) => `已连续失败 ${n} 次`,
  schedulePaused: (why) => `已暂停：${why}`,
  howToManageSchedules:
    "发送 `/schedule pause 1`、`/schedule resume 1`、`/schedule run 1`、`/schedule remove 1` 可暂停、恢复、立即执行或移除其中一个。",
  pauseSchedule: "暂停",
  resumeSchedule: "恢复",
  runSchedule: "立即执行",
  noSuchSchedule: (name) => `没有定时任务 ${name}。这里有：`,
  notYourSchedule: (by) => `只有设置这个定时任务的 \`${by}\` 可以修改它。`,
  scheduleRemoved: (words) => `已移除：“${words}”。`,
  schedulePausedNow: (words) => `已暂停：“${words}”。`,
  scheduleResumed: (words) => `已恢复：“${words}”。`,
  scheduleRunsNow: (words) => `现在执行：“${words}”。`,
  scheduleOver: (words) =>
    `“${words}”的时间已过。发送 \`/schedule run\` 可现在执行，\`/schedule remove\` 可移除。`,
  whenUnclear:
    "没有看懂这个时间，所以没有设置。请先写时间再写任务，例如 `/every 每个工作日9点 检查构建`、`/every 2小时 …`、`/every 每月1号9点 …`、" +
    "`/at 明天早上8点 …`、`/at 20分钟后 …`，或用 cron：`/schedule 0 9 * * 1-5 …`。",
  whenZoneUnclear:
    "这个时区可能指好几个，所以没有设置。请写城市，例如 `Asia/Shanghai`、`America/New_York`，或 UTC。",
  whenPast: "这个时间已过，所以没有设置。请写一个还没到的时间。",
  whenNever: "这个时间永远不会到，所以没有设置。请换一个时间。",
  nothingToDo: (words) => `请在时间后面写明要做什么：\`/schedule ${words} …\``,
  promptTooLong: (most) => `定时任务最多 ${most} 个字符。请把其余内容放进文件，再写上文件名。`,
  noScheduledCommands: (command) =>
    `定时任务是交给智能体的，不能执行 ${command}。请写明智能体要做什么。`,
  tooOften: (runs, minutes) =>
    `太频繁了：一个定时任务每天最多执行 ${runs} 次，两次至少间隔 ${minutes} 分钟。`,
  tooManySchedules: (most) =>
    `已有 ${most} 个定时任务，达到上限。请先移除一个：发送 /schedule 查看列表。`,
  tooManyRuns: (words) => `⏰ “${words}”没有执行：今天的定时任务次数已达上限，明天继续。`,
  scheduleStopped: (words, prompt, why) =>
    `⏰ “${words}”已暂停：${why}。任务内容：“${prompt}”。发送 /schedule 可查看并恢复。`,
  pauseReasons: {
    person: "有人暂停了它",
    failed: "它连续多次失败",
    undelivered: "它的消息无法送达",
    directory: "它的目录已不存在，或不再允许使用",
    limit: "它到时间的那天，定时任务次数已达上限",
    unreadable: "它的时间已无法识别，请移除后重新设置",
    removed: "设置它的人已不能使用这个机器人",
  },
  statusSchedules: (n, next, paused) =>
    `定时任务：${n} 个${next === "" ? "" : `，下次 ${next}`}${
      paused > 0 ? `，${paused} 个已暂停` : ""
    }`,
  statusStoppedSchedules: (n) =>
    `其他聊天中自行停止的定时任务：${n} 个。在那里发送 /schedule 可查看。`,
};

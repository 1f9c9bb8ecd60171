import { durationZh as duration } from "./duration_zh.ts";
import type { statusEn } from "./status_en.ts";
import { reasonZh } from "./reasons_zh.ts";

/** The lines of `/status`, and what a turn waits for, in Chinese. */
export const statusZh: typeof statusEn = {
  statusSession: (id) => `会话：${id}`,
  noSession: "会话：尚未建立",
  statusDirectory: (directory) => `目录：${directory}`,
  statusModel: (model) => `模型：${model}`,
  statusAgent: (agent) => `智能体：${agent}`,
  statusLanguage: (isOfSettings) => `语言：中文${isOfSettings ? "（按设置）" : ""}`,
  statusIdle: "任务：无",
  statusTurn: (ms, what) => `任务：已进行 ${duration(ms)}，${what}`,
  statusQueue: (n) => `队列：${n}`,
  statusUndelivered: (n, why) => `未送达：${n}${why === "" ? "" : `（${reasonZh(why)}）`}`,
  statusFeishu: (up, ms) => up ? `飞书：已连接 ${duration(ms)}` : `飞书：已断开 ${duration(ms)}`,
  statusGroupsWait: (why) =>
    `群消息暂时等待：飞书没有告知机器人的身份（${reasonZh(why)}）。` +
    "收到下一条消息时会再次查询。请在电脑上运行 `doctor`，它会说明该怎么办。",
  statusCalls: (counts) => `飞书 API 调用：${counts}`,
  callCounts: (month, today, perMonth, usedUpUntil = "") =>
    `本月 ${month}${perMonth > 0 ? `/${perMonth}` : ""} 次，今天 ${today} 次` +
    (usedUpUntil && `。额度已用完：在 ${usedUpUntil} 之前不会发送任何消息，除非升级套餐提高额度`),
  statusOpencode: (state) => `opencode：${state}`,
  opencodeStarts: "正在启动",
  opencodeAway: (why) => `没有响应（${reasonZh(why)}）。请在电脑上启动它。`,
  statusVersion: (version) => `版本：${version}`,
  statusState: (size, files, most) => `状态目录：${size}；文件 ${files}，上限 ${most}`,
  statusOpen: "任何能找到此机器人的人都可以使用它：请设置 FEISHU_ALLOWED_USERS。",
  waitsForModel: "模型正在回答",
  waitsForTool: (title) => `正在运行 ${title}`,
  waitsForPermission: "等待授权",
  waitsForAnswer: "等待回答提问",
  waitsForRetry: "等待重新请求模型",
  waitsForServer: "等待 opencode",
  waitsForOtherChat: "等待使用同一会话的另一个聊天",
  waitsForElsewhere: "等待此会话里在别处开始的任务",
  waitsForClock: "等待电脑时钟追上（时钟被往回调了）",
  waitsForBudget: "等待你决定是否超出预算",
  waitsForStop: "正在停止",
};

import type { BudgetTexts } from "./budget_en.ts";

/** The sentences about what the agent costs, in Chinese. */
export const budgetZh: BudgetTexts = {
  budgets: {
    here: (used) => `这里今天的预算：${used}`,
    chat: (used) => `本群今天的预算：${used}`,
    all: (used) => `所有聊天今天的预算：${used}`,
  },
  turns: (n) => `${n} 个任务`,
  usedOf: (used, of) => `已用 ${used}，共 ${of}`,
  budgetTitle: "今天的预算已用完",
  budgetAsks: (prompt) => `仍要执行这条消息吗？\n> ${prompt}`,
  budgetRun: "执行这一条",
  budgetRaise: (to) => `今天提高到 ${to}`,
  budgetRuns: "开始执行这一条。",
  budgetRaised: (to) => `今天的预算已提高到 ${to}。`,
  budgetStopped: "没有执行。",
  budgetChanged: "预算又有余量了。",
  budgetUnanswered: (isScheduled) =>
    "没有执行：没有人回答是否可以超出今天的预算。发送 /retry 会再次询问，/budget 可修改预算。" +
    (isScheduled ? "定时任务不把这算作失败。" : ""),
  budgetWaits: "今天的预算已用完，请看下面的问题。",
  budgetNearly: (line, zone) => `⚠️ ${line}（到午夜为止，时区 ${zone}）。发送 /budget 可修改预算。`,
  budgetGone: (line, zone) =>
    `⚠️ ${line}。午夜之前（时区 ${zone}）的下一个任务会先询问。发送 /budget 可修改预算。`,
  budgetPassed: (line) => `⚠️ ${line}。这个任务会继续到结束，发送 /cancel 可停止。`,
  budgetNone: "这里没有设置预算。",
  budgetNow: (amount) => `这里每天的预算：${amount}。`,
  howToBudget:
    "`/budget 5` 设为每天 5 美元，`/budget 20 次` 设为每天 20 个任务，`/budget 5, 20 次` 两者都设，`/budget off` 关闭。超出之前会先询问。群的预算也包括群里的话题。",
  budgetOff: "关闭",
  spentToday: (amount, zone) => `这里今天已用：${amount}（按 ${zone} 的日期）`,
  costHere: "这里",
  costOfGroup: "本群及其话题",
  costOfYou: "你的所有聊天",
  costInAll: "所有聊天",
  costLines: (day, week, month) => `- 今天：${day}\n- 本周：${week}\n- 本月：${month}`,
  costByPerson: "本月按人",
  costByChat: "本月按聊天",
  costOfReader: "你",
  costMore: (n) => `… 还有 ${n} 项`,
  costNote: (zone) =>
    `按 ${zone} 的日期计算，每周从星期一开始。任务计入结束的那一天。金额按 opencode 的价格计算；没有价格的模型只计 tokens 和任务数。`,
  costAllPrivate: "所有聊天的费用只在单聊中告诉此机器人的第一个用户。",
};
